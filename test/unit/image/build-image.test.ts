/** Images of roots made for the purpose: a few ELF headers, and keys where they should not be. */
import { createHash } from 'node:crypto';
import { linkSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { copyImage } from '../../../src/archive/copy-image.ts';
import { catFile } from '../../../src/archive/cat-file.ts';
import { readImage } from '../../../src/archive/read-image.ts';
import { unpackImage } from '../../../src/archive/unpack-image.ts';
import { writeImage } from '../../../src/archive/write-image.ts';
import { findDamage } from '../../../src/check/find-damage.ts';
import { surveyImage } from '../../../src/check/survey-image.ts';
import { Failure } from '../../../src/failure.ts';
import type { Binary, Feature, RootFile } from '../../../src/feature/feature.ts';
import { buildImage } from '../../../src/image/build-image.ts';
import { manifestPath, manifestText } from '../../../src/image/image-manifest.ts';
import type { Image } from '../../../src/image/image.ts';
import { parseManifest } from '../../../src/image/parse-manifest.ts';
import { elfFile } from '../../support/elf-file.ts';
import { rootTree, type RootTree } from '../../support/root-tree.ts';
import { smallManifest } from '../../support/small-image.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';

const interpreter = '/lib64/ld.so.2';
const lib = '/usr/lib/x86_64-linux-gnu';
const system: RootTree = {
  '/usr/bin/': '',
  '/lib': '-> usr/lib',
  '/lib64': '-> usr/lib64',
  '/usr/lib64/ld.so.2': elfFile(),
  '/usr/sbin/tool': elfFile({ interpreter, needed: ['liba.so.1'] }),
  [`${lib}/liba.so.1`]: '-> liba.so.1.2',
  [`${lib}/liba.so.1.2`]: elfFile({ soname: 'liba.so.1' }),
};
const tool: Binary = { path: '/usr/sbin/tool', package: 'tool' };

function feature(changes: Partial<Feature> = {}): Feature {
  return { name: 'test', about: 'a test', standard: false, binaries: [tool], ...changes };
}

function build(
  tree: RootTree,
  changes: Partial<Feature> = {},
  ownPrograms: readonly string[] = [],
): Image {
  const executable = join(temporaryDirectory(), 'executable');
  writeFileSync(executable, elfFile({ interpreter }));
  return buildImage({
    root: rootTree({ ...system, ...tree }),
    features: [feature(changes)],
    own: { programs: ownPrograms, files: [] },
    executable,
    modificationTime: 0,
  });
}

/** What a writer would read, to its end. */
async function copy(tree: RootTree, changes: Partial<Feature>): Promise<unknown> {
  return await copyImage(build(tree, changes), []);
}

const pathsIn = ({ entries }: Image) =>
  entries.map((entry) =>
    entry.kind === 'symlink' ? `${entry.path} -> ${entry.target}` : entry.path,
  );

test('a program comes with its closure and the links that lead to it', async () => {
  const paths = pathsIn(build({}));
  for (const path of [
    '/usr/sbin/tool',
    `${lib}/liba.so.1 -> liba.so.1.2`,
    `${lib}/liba.so.1.2`,
    '/usr/lib64/ld.so.2',
    '/lib -> usr/lib',
    '/usr/bin/shutdownramfs',
    '/usr/lib/shutdownramfs/shutdown -> ../../bin/shutdownramfs',
    '/shutdown',
    '/oldroot',
  ]) {
    expect(paths).toContain(path);
  }
});

test('the manifest tells every file but itself, with its digest', async () => {
  const image = build({
    '/etc/os-release': 'ID=debian\nVERSION_ID="13"\n',
    '/var/lib/dpkg/status': 'Package: liba\nArchitecture: amd64\nVersion: 1.2\n',
    '/var/lib/dpkg/info/liba:amd64.list': '/lib/x86_64-linux-gnu/liba.so.1.2\n',
  });
  const manifest = await copyImage(image, []);
  const { entries } = image;
  const files = entries.filter(({ kind }) => kind === 'file').map(({ path }) => path);
  const told = manifest.files.map(({ path }) => path);
  expect(told.toSorted()).toEqual(files.toSorted());
  const bytes = elfFile({ soname: 'liba.so.1' });
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  expect(manifest.files).toContainEqual({
    path: `${lib}/liba.so.1.2`,
    size: bytes.length,
    mode: '0755',
    sha256,
    parts: ['test'],
    source: `${lib}/liba.so.1.2`,
    package: { name: 'liba', version: '1.2', architecture: 'amd64' },
  });
  // By the executable and by the feature.
  expect(manifest.files.find(({ path }) => path === '/usr/lib64/ld.so.2')?.parts).toEqual([
    'executable',
    'test',
  ]);
  expect(manifest.root).toEqual({ id: 'debian', versionId: '13', packageManager: 'dpkg' });
  const output = join(temporaryDirectory(), 'image');
  await writeImage(image, { output, format: 'cpio', compression: 'none' });
  const [text] = await Array.fromAsync(catFile(output, manifestPath));
  expect(parseManifest(Buffer.from(text ?? '').toString())).toEqual(manifest);
  // The last one, since it tells of all others.
  const paths = await Array.fromAsync(readImage(output), ({ path }) => path);
  expect(`/${paths.at(-1)}`).toBe(manifestPath);
});

test('a manifest with one byte changed, and one of another version', () => {
  const text = manifestText(smallManifest({ features: ['crypt'] }));
  expect(parseManifest(text).features).toEqual(['crypt']);
  for (let at = 0; at < text.length; at++) {
    const changed = `${text.slice(0, at)}${text[at] === 'e' ? 'f' : 'e'}${text.slice(at + 1)}`;
    expect(() => parseManifest(changed), `byte ${at}`).toThrow(/^read manifest: /);
  }
  expect(() => parseManifest(text.replace('"version": 1', '"version": 2'))).toThrow(
    'it is of version 2, not 1',
  );
});

test('a root with /usr/sbin and /lib64 as other systems have them', async () => {
  const tree = {
    '/usr/sbin': '-> bin',
    '/usr/bin/tool': elfFile({ interpreter, needed: ['liba.so.1'] }),
    '/usr/lib64': '-> lib',
    '/usr/lib/ld.so.2': elfFile(),
    '/usr/lib/liba.so.1': elfFile(),
    '/lib64': '-> usr/lib',
  };
  const executable = join(temporaryDirectory(), 'executable');
  writeFileSync(executable, elfFile({ interpreter }));
  const root = rootTree(tree);
  const image = buildImage({ root, features: [feature()], executable, modificationTime: 0 });
  const output = join(temporaryDirectory(), 'image');
  await writeImage(image, { output, format: 'directory', compression: 'none' });
  for (const path of ['usr/sbin/tool', 'sbin/tool', 'lib64/ld.so.2', 'usr/lib64/liba.so.1']) {
    expect(readFileSync(join(output, path)).subarray(1, 4).toString()).toBe('ELF');
  }
});

test.each(['/sbin/tool', '/usr/bin/tool', '/bin/tool'])('a tool in %s', async (place) => {
  const executable = join(temporaryDirectory(), 'executable');
  writeFileSync(executable, elfFile());
  const root = rootTree({ '/usr/x': '', [place]: elfFile() });
  const image = buildImage({ root, features: [feature()], executable, modificationTime: 0 });
  const output = join(temporaryDirectory(), 'image');
  await writeImage(image, { output, format: 'directory', compression: 'none' });
  expect(readFileSync(join(output, 'usr/sbin/tool')).subarray(1, 4).toString()).toBe('ELF');
});

test("a script for the root's busybox gets the guard's, and the link to it", () => {
  const busybox = { '/usr/bin/busybox': elfFile({ interpreter }), '/usr/bin/sh': '-> busybox' };
  const tree = { ...busybox, '/bin': '-> usr/bin', '/opt/say': '#!/bin/sh\n' };
  const guard = '/usr/bin/busybox -> ../../guard/busybox';
  expect(pathsIn(build(tree))).toContain(guard);
  expect(pathsIn(build(tree))).not.toContain('/opt/say');
  expect(pathsIn(build(tree, {}, ['/opt/say']))).toEqual(
    expect.arrayContaining(['/opt/say', '/usr/bin/sh -> busybox', guard]),
  );
});

test('two builds of equal roots give the same bytes, whatever order the files came in', async () => {
  const reversed = Object.fromEntries(Object.entries(system).toReversed());
  const outputs = await Promise.all(
    [system, reversed].map(async (tree) => {
      const output = join(temporaryDirectory(), 'image');
      await writeImage(build(tree), { output, format: 'cpio', compression: 'gzip' });
      return readFileSync(output);
    }),
  );
  expect(outputs[0]?.equals(outputs[1] ?? Buffer.alloc(0))).toBe(true);
});

test('every entry is listed with a plain mode', async () => {
  const output = join(temporaryDirectory(), 'image');
  const image = build({ '/usr/sbin/tool:4755': elfFile() });
  await writeImage(image, { output, format: 'cpio', compression: 'none' });
  for await (const { kind, mode } of readImage(output)) {
    expect(kind === 'symlink' ? [0o777] : [0o755, 0o644]).toContain(mode);
  }
});

describe('missing', () => {
  test.each<[string, Binary[], RegExp, RegExp]>([
    [
      'a program',
      [{ path: '/usr/sbin/none', package: 'nonesuch' }],
      /feature test: \/usr\/sbin\/none is not in /,
      /apt install nonesuch/,
    ],
    [
      'one that works alone',
      [{ ...tool, standalone: true }],
      /tool is not statically linked/,
      /apt install tool/,
    ],
    [
      'one that is no script',
      [{ path: '/usr/bin/script', package: 'p' }],
      /script is no ELF program/,
      /./,
    ],
  ])('%s', async (_, binaries, message, hint) => {
    const building = copy({ '/usr/bin/script': '#!/bin/sh\n' }, { binaries });
    await expect(building).rejects.toThrow(message);
    await expect(building).rejects.toMatchObject({ hint: expect.stringMatching(hint) as string });
  });
  test('an optional program', async () => {
    const binaries = [{ path: '/usr/sbin/none', optional: true, package: 'x' }];
    expect(pathsIn(build({}, { binaries }))).not.toContain('/usr/sbin/none');
  });
  test('a root', async () => {
    const options = { features: [], executable: '/bin/true', modificationTime: 0 };
    expect(() => buildImage({ ...options, root: '/nowhere' })).toThrow(/no directory \/usr/);
  });
});

const privateKey =
  '-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIA\n-----END PRIVATE KEY-----\n';
const file = (path: string): { files: RootFile[] } => ({ files: [{ path, package: 'p' }] });

describe('no key gets in', () => {
  test.each<[string, RootTree, Partial<Feature>, RegExp]>([
    [
      'by its place',
      { '/etc/cryptsetup-keys.d/root.bin': 'x' },
      file('/etc/cryptsetup-keys.d/root.bin'),
      /LUKS key file/,
    ],
    [
      'in a directory',
      { '/etc/conf/a': 'a', '/etc/conf/deep/b.key': 'x' },
      file('/etc/conf'),
      /key file/,
    ],
    [
      'through a link',
      { '/etc/plain': '-> cryptsetup-keys.d/root', '/etc/cryptsetup-keys.d/root': 'x' },
      file('/etc/plain'),
      /LUKS key file/,
    ],
    [
      'through a linked directory',
      { '/etc/conf/more': '-> ../keys', '/etc/keys/x': 'x' },
      file('/etc/conf'),
      /key file/,
    ],
    [
      'under a harmless name',
      { '/etc/conf/readme': `text\n${privateKey}` },
      file('/etc/conf'),
      /a private key/,
    ],
    [
      'far inside a file',
      { '/etc/big': `${'x'.repeat((1 << 20) - 10)}${privateKey}` },
      file('/etc/big'),
      /a private key/,
    ],
    [
      'as a LUKS header',
      { '/etc/header': Buffer.from('LUKS\xba\xbe\0\x02', 'latin1') },
      file('/etc/header'),
      /LUKS header/,
    ],
    [
      'named by crypttab',
      { '/etc/crypttab': 'root UUID=1 /etc/secret luks\n', '/etc/secret': 'x' },
      file('/etc/secret'),
      /crypttab/,
    ],
    [
      'named by crypttab through a link',
      { '/etc/crypttab': 'r UUID=1 /k luks\n', '/k': '-> etc/secret', '/etc/secret': 'x' },
      file('/etc/secret'),
      /crypttab/,
    ],
    [
      'as a file of its owner alone',
      { '/etc/conf/a:600': 'x' },
      file('/etc/conf'),
      /only its owner may read/,
    ],
    [
      'as a program',
      { '/usr/sbin/tool': '-> /etc/keys/x', '/etc/keys/x': elfFile() },
      {},
      /key file/,
    ],
    [
      'as a library',
      {
        [`${lib}/liba.so.1`]: '-> /etc/cryptsetup-keys.d/x',
        '/etc/cryptsetup-keys.d/x': elfFile(),
      },
      {},
      /LUKS key file/,
    ],
  ])('%s', async (_, tree, changes, message) => {
    const building = copy(tree, changes);
    await expect(building).rejects.toThrow(message);
    await expect(building).rejects.toThrow(Failure);
  });
  test('and what is none does', async () => {
    const tree = { '/etc/conf/ca.pem': '-----BEGIN CERTIFICATE-----\n', '/etc/conf/b:755': 'x' };
    const paths = pathsIn(build(tree, file('/etc/conf')));
    expect(paths).toContain('/etc/conf/ca.pem');
    expect(paths).toContain('/etc/conf/b');
  });
});

test.each(['cpio', 'tar', 'directory'] as const)('%s: hard links of the root', async (format) => {
  const root = rootTree({ ...system, '/etc/conf/b': 'bytes' });
  const names = ['a', 'b', 'c'].map((name) => join(root, 'etc/conf', name));
  for (const name of ['a', 'c']) linkSync(join(root, 'etc/conf/b'), join(root, 'etc/conf', name));
  const executable = join(temporaryDirectory(), 'executable');
  writeFileSync(executable, elfFile({ interpreter }));
  const features = [feature(file('/etc/conf'))];
  const image = buildImage({ root, features, executable, modificationTime: 0 });
  const place = temporaryDirectory();
  const { manifest } = await writeImage(image, { output: join(place, 'image'), format });
  const told = manifest.files.filter(({ path }) => path.startsWith('/etc/conf/'));
  expect(told.map(({ path }) => path)).toEqual(['/etc/conf/a', '/etc/conf/b', '/etc/conf/c']);
  expect(new Set(told.map(({ sha256 }) => sha256)).size).toBe(1);
  expect(told.map(({ source }) => source)).toEqual(names.map((name) => name.slice(root.length)));
  const [text] = await Array.fromAsync(catFile(join(place, 'image'), '/etc/conf/c'));
  expect(Buffer.from(text ?? '').toString()).toBe('bytes');
  await unpackImage(join(place, 'image'), join(place, 'tree'));
  const unpacked = ['a', 'b', 'c'].map((name) => statSync(join(place, 'tree/etc/conf', name)).ino);
  expect(new Set(unpacked).size).toBe(format === 'directory' ? 3 : 1);
  const survey = await surveyImage(join(place, 'image'));
  // The stand-in for a root has no busybox.
  const damage = findDamage(survey.entries, manifest).map(({ path }) => path);
  expect(damage).toEqual(['/usr/bin/busybox']);
});
