import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { manifestText } from '../../../src/image/image-manifest.ts';
import { besideImage, placeBeside, refuseManifestAt } from '../../../src/image/manifest-beside.ts';
import { smallManifest } from '../../support/small-image.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';

const manifest = smallManifest({ features: ['crypt'] });

test('its name by default', () => {
  expect(besideImage('/boot/exitrd/')).toBe('/boot/exitrd.manifest.json');
});

const fail = () => Promise.reject(new Error('no image'));

describe.each<[string, string | undefined]>([
  ['where none was', undefined],
  ['where an earlier one was', 'earlier'],
])('%s', (_, earlier) => {
  const start = () => {
    const place = temporaryDirectory();
    const path = join(place, 'manifest');
    if (earlier !== undefined) writeFileSync(path, earlier);
    return { place, path };
  };

  test('it is there when the image appears', async () => {
    const { place, path } = start();
    let seen = '';
    await placeBeside(path, manifest, async () => {
      seen = readFileSync(path, 'utf8');
      await Promise.resolve();
    });
    expect(seen).toBe(manifestText(manifest));
    expect([readFileSync(path, 'utf8'), readdirSync(place)]).toEqual([seen, ['manifest']]);
  });

  test('it is what it was when the image does not', async () => {
    const { place, path } = start();
    await expect(placeBeside(path, manifest, fail)).rejects.toThrow('no image');
    expect(readdirSync(place)).toEqual(earlier === undefined ? [] : ['manifest']);
    expect(readdirSync(place).map((name) => readFileSync(join(place, name), 'utf8'))).toEqual(
      earlier === undefined ? [] : [earlier],
    );
  });
});

test.each([
  ['image', 'it is where the image is to be'],
  ['image/manifest', 'it is where the image is to be'],
  ['directory', 'it exists and is no regular file'],
  ['none/manifest', 'ENOENT'],
  ['file/manifest', 'ENOTDIR'],
])('not at %s', async (name, reason) => {
  const place = temporaryDirectory();
  mkdirSync(join(place, 'directory'));
  writeFileSync(join(place, 'file'), '');
  const path = join(place, name);
  const refusal = refuseManifestAt(path, join(place, 'image'));
  await expect(refusal).rejects.toThrow(`write ${path}: ${reason}`);
});
