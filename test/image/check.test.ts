/** `check` of an image of this machine's own root: sound, broken and outdated. */
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { manifestPath, manifestText, type ImageManifest } from '../../src/image/image-manifest.ts';
import { parseManifest } from '../../src/image/parse-manifest.ts';

const executable = join(import.meta.dirname, '../../dist/shutdownramfs');
let place: string;

beforeAll(async () => {
  place = await mkdtemp(join(tmpdir(), 'shutdownramfs-test-'));
  await chmod(place, 0o755);
  const common = ['build', '--config', '/dev/null', '--output'];
  await execa(executable, [...common, join(place, 'archive'), '--level', '1']);
  await execa(executable, [
    ...common,
    join(place, 'tree'),
    '--format',
    'directory',
    '--no-manifest',
  ]);
});

afterAll(async () => {
  await rm(place, { recursive: true });
});

async function check(...words: string[]) {
  const { exitCode, stdout, stderr } = await execa(executable, ['check', ...words], {
    reject: false,
  });
  return { exitCode, stderr, lines: stdout.replaceAll(place, '@').split('\n') };
}

/** The tree's manifest, changed and with the digest that belongs to it. */
async function changeManifest(change: (manifest: ImageManifest) => ImageManifest): Promise<void> {
  const path = join(place, 'tree', manifestPath);
  const manifest = parseManifest(await readFile(path, 'utf8'));
  await writeFile(path, manifestText(change(manifest)));
}

test('a sound one, whose programs all start, and which is what the root has', async () => {
  const { exitCode, lines, stderr } = await check(join(place, 'archive'), '--root', '/');
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  expect(lines).toEqual([
    expect.stringMatching(/^@\/archive: whole, all \d+ programs start, as \/ has it$/),
  ]);
});

test('one that a package has outlived, with the features that need it', async () => {
  await changeManifest((manifest) => ({
    ...manifest,
    packages: manifest.packages.map((owner) =>
      owner.name === 'cryptsetup-bin' ? { ...owner, version: '1:0.9' } : owner,
    ),
  }));
  const { exitCode, lines } = await check(join(place, 'tree'), '--root', '/');
  expect(exitCode).toBe(3);
  expect(lines[0]).toMatch(/^@\/tree: whole, all \d+ programs start, older than \/$/);
  expect(lines[1]).toMatch(
    /^ {2}cryptsetup-bin \w+: 1:0\.9 is packed, \S+ is installed \(crypt\)$/,
  );
});

test('one in which a program does not start', async () => {
  const { stdout } = await execa('sh', ['-c', `cd ${place}/tree && find . -name 'libpopt.so.0.*'`]);
  const library = stdout.slice(1);
  const bytes = await readFile(join(place, 'tree', library));
  await changeManifest((manifest) => ({
    ...manifest,
    files: manifest.files.filter(({ path }) => path !== library),
    symlinks: manifest.symlinks.filter(({ path }) => !path.endsWith('/libpopt.so.0')),
  }));
  await execa('sh', ['-c', `rm ${place}/tree/usr/lib/*/libpopt.so.0 ${place}/tree${library}`]);
  const { exitCode, lines } = await check(join(place, 'tree'));
  expect(bytes.length).toBeGreaterThan(0);
  expect(exitCode).toBe(1);
  expect(lines[0]).toMatch(/^@\/tree: whole, 1 of \d+ programs do not start$/);
  expect(lines[1]).toMatch(/cryptsetup: libpopt\.so\.0, which it needs, is not in the root/);
});

test('one that was written over', async () => {
  const path = join(place, 'archive');
  const bytes = await readFile(path);
  await writeFile(path, bytes.fill('x', bytes.length >> 1, (bytes.length >> 1) + 64));
  const { exitCode, lines } = await check(path);
  expect(exitCode).toBe(1);
  expect(lines[0]).toBe('@/archive: damaged');
  expect(lines[1]).toMatch(/cannot be decompressed/);
});
