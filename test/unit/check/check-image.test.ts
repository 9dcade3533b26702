/** Images that are sound, and what is done to them; test/image starts the programs of a real one. */
import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { assert, asyncProperty, integer, nat } from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { WriteOptions } from '../../../src/archive/write-image.ts';
import { checkImage, type ImageCheck } from '../../../src/check/check-image.ts';
import { surveyImage } from '../../../src/check/survey-image.ts';
import { Failure } from '../../../src/failure.ts';
import { elfFile } from '../../support/elf-file.ts';
import { elfImage, elfRoot } from '../../support/elf-root.ts';
import { rootTree, type RootTree } from '../../support/root-tree.ts';

const formats = [
  { format: 'cpio', compression: 'none' },
  { format: 'cpio', compression: 'gzip' },
  { format: 'cpio', compression: 'zstd' },
  { format: 'tar', compression: 'none' },
  { format: 'tar', compression: 'zstd' },
  { format: 'directory', compression: 'none' },
] as const satisfies Partial<WriteOptions>[];

async function check(image: string, root?: string): Promise<ImageCheck> {
  return await checkImage({ image, root, start: true });
}

test.each(formats)('%j is sound', async (options) => {
  const { output, root } = await elfImage(options);
  expect(await check(output, root)).toEqual({
    image: output,
    verdict: 'sound',
    damage: [],
    programs: { count: 3, proof: 'resolved', failures: [] },
    changes: { root, packages: [], files: [] },
  });
});

const manifest = 'usr/lib/shutdownramfs/manifest.json';
const library = 'usr/lib/x86_64-linux-gnu/liba.so.1.2';

test.each<[string, (tree: string) => void, string]>([
  [
    'a byte changed',
    (tree) => writeFileSync(join(tree, library), flipped(readFileSync(join(tree, library)), 99)),
    `/${library}: its bytes are not those that were packed`,
  ],
  [
    'a file cut off',
    (tree) => writeFileSync(join(tree, library), 'short'),
    `/${library}: it has 5 bytes, not ${elfFile({ soname: 'liba.so.1' }).length}`,
  ],
  ['a file gone', (tree) => rmSync(join(tree, library)), `/${library}: it is not there`],
  [
    'a mode changed',
    (tree) => chmodSync(join(tree, 'usr/sbin/tool'), 0o4755),
    '/usr/sbin/tool: its mode is 4755, not 0755',
  ],
  [
    'a directory for everybody',
    (tree) => chmodSync(join(tree, 'guard'), 0o777),
    '/guard: its mode is 0777, not 0755',
  ],
  [
    'a file added',
    (tree) => writeFileSync(join(tree, 'etc/more'), ''),
    '/etc/more: the manifest does not tell of it',
  ],
  [
    'a directory added',
    (tree) => mkdirSync(join(tree, 'etc/more')),
    '/etc/more: the manifest does not tell of it',
  ],
  [
    'a directory gone',
    (tree) => rmSync(join(tree, 'oldroot'), { recursive: true }),
    '/oldroot: it is not there',
  ],
  [
    'a link turned',
    (tree) => replaceLink(join(tree, 'bin'), '../../bin'),
    '/bin: it leads to ../../bin, not to usr/bin',
  ],
  [
    'a file become a link',
    (tree) => replaceLink(join(tree, 'usr/sbin/tool'), '/bin/sh'),
    '/usr/sbin/tool: it is no file',
  ],
  [
    'an installed one',
    (tree) => {
      rmSync(join(tree, 'usr'), { recursive: true });
      writeFileSync(join(tree, 'usr.squashfs'), '');
    },
    'it is installed, its /usr compressed; its service checks it at every boot',
  ],
  ['no manifest', (tree) => rmSync(join(tree, manifest)), 'it has no manifest'],
  [
    'another manifest',
    (tree) => writeFileSync(join(tree, manifest), '{"version":7}'),
    'read manifest: it is of version 7, not 1',
  ],
])('%s', async (_name, change, finding) => {
  const { output } = await elfImage({ format: 'directory' });
  change(output);
  const { verdict, damage, programs } = await check(output);
  const lines = damage.map(({ path, about }) => (path === undefined ? about : `${path}: ${about}`));
  expect(lines).toContain(finding);
  expect({ verdict, programs }).toEqual({ verdict: 'damaged', programs: undefined });
});

function replaceLink(path: string, target: string): void {
  rmSync(path);
  symlinkSync(target, path);
}

function flipped(bytes: Buffer, at: number, bits = 1): Buffer {
  const changed = Buffer.from(bytes);
  changed[at] = (changed[at] ?? 0) ^ bits;
  return changed;
}

test('an archive that another one follows', async () => {
  const { output } = await elfImage();
  appendFileSync(output, readFileSync(output));
  const twice = { path: '/bin', about: 'it is there twice' };
  expect((await check(output)).damage).toContainEqual(twice);
});

test('an archive that something else follows', async () => {
  const { output } = await elfImage();
  appendFileSync(output, 'something else');
  expect((await check(output)).damage).toEqual([{ about: 'something follows its end' }]);
});

test('a manifest beside it, its own or that of another image', async () => {
  const { output } = await elfImage();
  const beside = `${output}.manifest.json`;
  const { manifest: text = '' } = await surveyImage(output);
  writeFileSync(beside, text);
  expect((await check(output)).verdict).toBe('sound');
  writeFileSync(beside, text.replace('test', 'text'));
  expect((await check(output)).damage).toEqual([
    { about: `${beside}: it is the manifest of another image` },
  ]);
});

test('an archive that is cut off', async () => {
  const { output } = await elfImage();
  const bytes = readFileSync(output);
  writeFileSync(output, bytes.subarray(0, bytes.length - 2000));
  expect((await check(output)).damage).toEqual([
    { about: expect.stringMatching(/it is cut off$/) },
  ]);
});

test('what is no image is no damaged image', async () => {
  const { root } = await elfImage();
  await expect(check(join(root, 'none'))).rejects.toThrow(/^read image .*: ENOENT$/);
  await expect(check(join(root, 'etc/os-release'))).rejects.toThrow(/it is no archive/);
});

describe.each(formats.filter(({ format }) => format !== 'directory'))('%j', (options) => {
  test('of one byte changed anywhere, each is found that is of a file', async () => {
    const { output } = await elfImage(options);
    const bytes = readFileSync(output);
    const { entries } = await surveyImage(output);
    const survived: number[] = [];
    const property = asyncProperty(
      nat(bytes.length - 1),
      integer({ min: 1, max: 255 }),
      async (at, bits) => {
        writeFileSync(output, flipped(bytes, at, bits));
        if ((await verdictOf(output)) !== 'sound') return;
        // Padding, times and numbers of inodes are not of a file.
        const survey = await surveyImage(output);
        if (!isDeepStrictEqual(survey.entries, entries)) survived.push(at);
      },
    );
    await assert(property, { numRuns: 30, seed: 20_261_122 });
    expect(survived).toEqual([]);
  });
});

async function verdictOf(image: string): Promise<string> {
  try {
    return (await checkImage({ image, start: false })).verdict;
  } catch (error) {
    if (error instanceof Failure) return 'no image';
    throw error;
  }
}

test('each byte of the content of an archive', async () => {
  const { output } = await elfImage();
  const bytes = readFileSync(output);
  const content = elfFile({ soname: 'liba.so.1' });
  const start = bytes.indexOf(content);
  expect(start).toBeGreaterThan(0);
  for (let at = start; at < start + content.length; at += 13) {
    writeFileSync(output, flipped(bytes, at));
    expect(await verdictOf(output), `byte ${at}`).toBe('damaged');
  }
});

describe('compared with a root that has changed', () => {
  const newer = elfFile({ soname: 'liba.so.1', needed: [] });
  const lib = '/usr/lib/x86_64-linux-gnu';
  const status = String(elfRoot['/var/lib/dpkg/status']);
  const upgraded = { '/var/lib/dpkg/status': status.replace('1.2-1', '1.2-2') };
  const { [`${lib}/liba.so.1.2`]: _old, ...without } = elfRoot;

  test.each<[string, RootTree, object]>([
    [
      'a newer package',
      { ...elfRoot, ...upgraded },
      { packages: [{ packed: '1.2-1', installed: '1.2-2' }], files: [] },
    ],
    [
      'a newer package, whose library has another name',
      {
        ...without,
        ...upgraded,
        [`${lib}/liba.so.1`]: '-> liba.so.1.3',
        [`${lib}/liba.so.1.3`]: newer,
        '/var/lib/dpkg/info/liba1:amd64.list': '/lib/x86_64-linux-gnu/liba.so.1.3\n',
      },
      { packages: [{ packed: '1.2-1', installed: '1.2-2' }], files: [] },
    ],
    [
      'no such package any more',
      { ...elfRoot, '/var/lib/dpkg/status': 'Package: tool\nArchitecture: amd64\nVersion: 7\n' },
      { packages: [{ packed: '1.2-1' }], files: [] },
    ],
    [
      'a file that was changed by hand',
      { ...elfRoot, [`${lib}/liba.so.1.2`]: elfFile({ soname: 'liba.so.2' }) },
      { packages: [], files: [{ source: `${lib}/liba.so.1.2`, about: 'its bytes differ' }] },
    ],
    [
      'a file that nobody owns and that is gone',
      Object.fromEntries(Object.entries(elfRoot).filter(([path]) => !path.endsWith('ld.so.2'))),
      { packages: [], files: [{ source: '/usr/lib64/ld.so.2', parts: ['executable', 'test'] }] },
    ],
  ])('%s', async (_name, tree, expected) => {
    const { output } = await elfImage();
    const { verdict, changes } = await check(output, rootTree(tree));
    expect(verdict).toBe('outdated');
    expect(changes).toMatchObject(expected);
  });

  test('names the features', async () => {
    const { output, root } = await elfImage();
    const changed = status.replaceAll('Version: ', 'Version: 9:');
    writeFileSync(join(root, 'var/lib/dpkg/status'), changed);
    expect((await check(output, root)).changes?.packages).toEqual([
      {
        name: 'liba1',
        architecture: 'amd64',
        packed: '1.2-1',
        installed: '9:1.2-1',
        parts: ['test'],
      },
      { name: 'tool', architecture: 'amd64', packed: '7', installed: '9:7', parts: ['test'] },
    ]);
  });

  test('a root that is none', async () => {
    const { output, root } = await elfImage();
    await expect(check(output, join(root, 'etc'))).rejects.toThrow('it has no directory /usr');
  });
});
