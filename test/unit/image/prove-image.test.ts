/** A machine whose programs this one cannot start: its images are proved by their headers alone. */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { writeImage } from '../../../src/archive/write-image.ts';
import { buildImage } from '../../../src/image/build-image.ts';
import { proveImage } from '../../../src/image/prove-image.ts';
import { elfFile } from '../../support/elf-file.ts';
import { rootTree } from '../../support/root-tree.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';

const machine = 8;
const interpreter = '/lib/ld.so.1';

async function foreignImage() {
  const executable = join(temporaryDirectory(), 'executable');
  writeFileSync(executable, elfFile({ machine, interpreter, needed: ['liba.so'] }));
  const root = rootTree({
    '/usr/lib/ld.so.1': elfFile({ machine }),
    '/lib': '-> usr/lib',
    '/usr/lib/liba.so': elfFile({ machine }),
  });
  const image = buildImage({ root, features: [], executable, modificationTime: 0 });
  const directory = join(temporaryDirectory(), 'image');
  await writeImage(image, { output: directory, format: 'directory', compression: 'none' });
  return { image, directory };
}

test('a whole image is resolved', async () => {
  const { image, directory } = await foreignImage();
  expect(await proveImage(image.programs, directory)).toBe('resolved');
});

test.each([
  ['usr/lib/liba.so', /shutdownramfs: liba.so, which it needs, is not in the root/],
  ['usr/lib/ld.so.1', /shutdownramfs: \/lib\/ld.so.1, which it needs, is not in the root/],
  ['usr/bin/shutdownramfs', /it is not in the image/],
])('not without %s', async (path, message) => {
  const { image, directory } = await foreignImage();
  rmSync(join(directory, path));
  await expect(proveImage(image.programs, directory)).rejects.toThrow(message);
});
