import {
  appendFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { catFile } from '../../../src/archive/cat-file.ts';
import { readImage } from '../../../src/archive/read-image.ts';
import { unpackImage } from '../../../src/archive/unpack-image.ts';
import { writeImage, type WriteOptions } from '../../../src/archive/write-image.ts';
import type { Content, ImageEntry } from '../../../src/image/image-entry.ts';
import { smallFile, smallImage } from '../../support/small-image.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';

const longName = `/a/${'x'.repeat(120)}/${'y'.repeat(120)}`;
const image = smallImage(
  { kind: 'directory', path: '/a', origin: 'test' },
  smallFile('/a/empty', Buffer.alloc(0)),
  smallFile('/a/odd', Buffer.from('odd'), true),
  { kind: 'symlink', path: '/a/to-odd', target: 'odd', origin: 'test' },
  { kind: 'directory', path: longName.slice(0, 123), origin: 'test' },
  smallFile(longName, Buffer.alloc(300_001, 'long')),
  { kind: 'symlink', path: '/link', target: 'a', origin: 'test' },
);
const expected = [
  { kind: 'directory', path: 'a', mode: 0o755, size: 0, target: undefined },
  { kind: 'file', path: 'a/empty', mode: 0o644, size: 0, target: undefined },
  { kind: 'file', path: 'a/odd', mode: 0o755, size: 3, target: undefined },
  { kind: 'symlink', path: 'a/to-odd', mode: 0o777, size: 0, target: 'odd' },
  { kind: 'directory', path: longName.slice(1, 123), mode: 0o755, size: 0, target: undefined },
  { kind: 'file', path: longName.slice(1), mode: 0o644, size: 300_001, target: undefined },
  { kind: 'symlink', path: 'link', mode: 0o777, size: 0, target: 'a' },
];

function sorted<Entry extends { readonly path: string }>(entries: readonly Entry[]): Entry[] {
  return entries.toSorted((one, other) => (one.path < other.path ? -1 : 1));
}

async function listed(path: string) {
  const entries = await Array.fromAsync(readImage(path));
  return entries.map(({ content: _content, ...entry }) => entry);
}

async function written(options: Partial<WriteOptions> = {}): Promise<string> {
  const output = join(temporaryDirectory(), 'image');
  await writeImage(image, { output, format: 'cpio', compression: 'none', ...options });
  return output;
}

describe.each<[Partial<WriteOptions>]>([
  [{ format: 'cpio', compression: 'none' }],
  [{ format: 'cpio', compression: 'gzip', level: 9 }],
  [{ format: 'cpio', compression: 'zstd' }],
  [{ format: 'tar', compression: 'none' }],
  [{ format: 'tar', compression: 'zstd', level: 1 }],
  [{ format: 'oci', compression: 'gzip' }],
  [{ format: 'directory', compression: 'none' }],
])('%j', (options) => {
  test('is listed as it was written', async () => {
    const entries = await listed(await written(options));
    const order = options.format === 'directory' ? sorted(expected) : expected;
    expect(entries).toEqual(order);
  });
  test('is unpacked as it was written', async () => {
    const directory = join(temporaryDirectory(), 'new');
    expect(await unpackImage(await written(options), directory)).toBe(expected.length);
    expect(await listed(directory)).toEqual(sorted(expected));
    expect(readFileSync(directory + longName).equals(Buffer.alloc(300_001, 'long'))).toBe(true);
  });
  test.each(['/a/odd', 'a/../a/odd', '/a/to-odd', '/link/to-odd'])('cat %s', async (path) => {
    const parts = await Array.fromAsync(catFile(await written(options), path));
    expect(Buffer.concat(parts).toString()).toBe('odd');
  });
  test.each([
    ['/a', /it is a directory/],
    ['/a/none', /there is no such file/],
  ])('cat of %s, which is no file', async (path, message) => {
    const output = await written(options);
    await expect(Array.fromAsync(catFile(output, path))).rejects.toThrow(message);
  });
});

test.each(['cpio', 'tar'] as const)(
  '%s: the same bytes each time, whole blocks',
  async (format) => {
    const [one, other] = await Promise.all([written({ format }), written({ format })]);
    const bytes = readFileSync(one);
    expect(bytes.equals(readFileSync(other))).toBe(true);
    expect(bytes.length % 512).toBe(0);
  },
);

test('the first header of a cpio archive, byte by byte', async () => {
  const bytes = readFileSync(await written());
  expect(bytes.toString('latin1', 0, 112)).toBe(
    [
      '070701',
      '00000001',
      '000041ED',
      '00000000',
      '00000000',
      '00000001',
      '6553F100',
      '00000000',
      '00000000',
      '00000000',
      '00000000',
      '00000000',
      '00000002',
      '00000000',
      'a\0',
    ].join(''),
  );
});

const hostFile = (changes: Partial<Extract<Content, { kind: 'host-file' }>>): ImageEntry => ({
  kind: 'file',
  path: '/file',
  executable: false,
  content: {
    kind: 'host-file',
    hostPath: '/dev/null',
    source: '/f',
    size: 0,
    mode: 0o644,
    ...changes,
  },
  origin: 'test',
});

test.each<[string, ImageEntry, Partial<WriteOptions>, RegExp]>([
  ['the name that ends a cpio', smallFile('/TRAILER!!!', Buffer.from('x')), {}, /ends a cpio/],
  ['4 GiB in cpio', hostFile({ size: 2 ** 32 }), {}, /below 4 GiB/],
  ['a file that is gone', hostFile({ hostPath: '/nowhere' }), {}, /read \/f: ENOENT/],
  ['a file that is gone, in tar', hostFile({ hostPath: '/nowhere' }), { format: 'tar' }, /ENOENT/],
  [
    'a file that is gone, in a directory',
    hostFile({ hostPath: '/nowhere' }),
    { format: 'directory', compression: 'none' },
    /ENOENT/,
  ],
  ['a file that has grown', hostFile({ hostPath: import.meta.filename, size: 1 }), {}, /changed/],
  [
    'a level there is none of',
    smallFile('/x', Buffer.from('x')),
    { compression: 'gzip', level: 10 },
    /level 10/,
  ],
  ['a signal', smallFile('/x', Buffer.from('x')), { signal: AbortSignal.abort() }, /abort/],
  [
    'a failed proof',
    smallFile('/x', Buffer.from('x')),
    { prove: () => Promise.reject(new Error('no proof')) },
    /no proof/,
  ],
])('nothing is left behind by %s', async (_, entry, options, message) => {
  const directory = temporaryDirectory();
  const output = join(directory, 'image');
  const usual = { output, format: 'cpio', compression: 'zstd' } as const;
  await expect(writeImage(smallImage(entry), { ...usual, ...options })).rejects.toThrow(message);
  expect(readdirSync(directory)).toEqual([]);
});

test.each(['cpio', 'tar'] as const)('%s: stopped while it is compressed', async (format) => {
  const directory = temporaryDirectory();
  const output = join(directory, 'image');
  const stop = new AbortController();
  const image = smallImage(smallFile('/x', Buffer.alloc(20_000_000, 'x')));
  const conclude = (...digests: Parameters<typeof image.conclude>) => {
    // Everything was read, and most of it waits for the compression.
    stop.abort();
    return image.conclude(...digests);
  };
  const options = { output, format, compression: 'zstd', level: 19, signal: stop.signal } as const;
  await expect(writeImage({ ...image, conclude }, options)).rejects.toThrow(/abort/);
  expect(readdirSync(directory)).toEqual([]);
});

test.each(['cpio', 'tar', 'directory'] as const)('%s: names beyond ASCII', async (format) => {
  const output = join(temporaryDirectory(), 'image');
  const names = ['aé', 'aéé', 'ß→𝄞'];
  const entries = names.map((name) => smallFile(`/${name}`, Buffer.from(name)));
  await writeImage(smallImage(...entries), { output, format, compression: 'none' });
  expect((await listed(output)).map(({ path }) => path)).toEqual(names);
  for (const name of names) {
    const parts = await Array.fromAsync(catFile(output, name));
    expect(Buffer.concat(parts).toString()).toBe(name);
  }
});

describe('an output that exists', () => {
  test('a file gives way only when all is well', async () => {
    const output = join(temporaryDirectory(), 'image');
    writeFileSync(output, 'old');
    const options = { output, format: 'cpio', compression: 'none' } as const;
    await expect(
      writeImage(smallImage(hostFile({ hostPath: '/nowhere' })), options),
    ).rejects.toThrow(/ENOENT/);
    expect(readFileSync(output, 'utf8')).toBe('old');
    await writeImage(image, options);
    expect(await listed(output)).toEqual(expected);
  });
  test('an image in a directory gives way', async () => {
    const output = join(temporaryDirectory(), 'image');
    const manifest = smallFile('/usr/lib/shutdownramfs/manifest.json', Buffer.from('{}'));
    const parents = ['/usr', '/usr/lib', '/usr/lib/shutdownramfs'].map((path): ImageEntry => ({
      kind: 'directory',
      path,
      origin: 'test',
    }));
    const options = { output, format: 'directory', compression: 'none' } as const;
    await writeImage(smallImage(...parents, manifest), options);
    await writeImage(image, options);
    expect(await listed(output)).toEqual(expected);
  });
  test('another directory does not', async () => {
    const output = temporaryDirectory();
    writeFileSync(join(output, 'letters'), 'dear');
    const options = { output, format: 'directory', compression: 'none' } as const;
    await expect(writeImage(image, options)).rejects.toThrow(/other things/);
    expect(readdirSync(output)).toEqual(['letters']);
  });
  test('nor for an archive', async () => {
    const output = temporaryDirectory();
    const options = { output, format: 'cpio', compression: 'none' } as const;
    await expect(writeImage(image, options)).rejects.toThrow(/no regular file/);
  });
});

describe('what is no whole image', () => {
  test.each(['none', 'gzip', 'zstd'] as const)('cut off, %s', async (compression) => {
    const output = await written({ compression });
    truncateSync(output, Math.floor(readFileSync(output).length / 2));
    await expect(listed(output)).rejects.toThrow(/read image/);
  });
  test.each([
    ['text', 'hello'],
    ['nothing', ''],
    ['zeros', '\0'.repeat(2000)],
  ])('%s', async (_, text) => {
    const path = join(temporaryDirectory(), 'image');
    writeFileSync(path, text);
    await expect(listed(path)).rejects.toThrow(/no archive, file system image or directory/);
  });
  test('nothing at all', async () => {
    await expect(listed('/nowhere')).rejects.toThrow(/read image \/nowhere: ENOENT/);
  });
});

const evil = (path: string) => smallFile(path, Buffer.from('evil'));

describe('unpacking puts nothing elsewhere', () => {
  test.each<[string, ImageEntry[]]>([
    ['upwards', [evil('/../evil')]],
    ['upwards from below', [{ kind: 'directory', path: '/a', origin: '' }, evil('/a/../../evil')]],
    ['an absolute name', [evil('//evil')]],
    [
      'through a link',
      [{ kind: 'symlink', path: '/l', target: '..', origin: '' }, evil('/l/evil')],
    ],
  ])('%s', async (_, entries) => {
    const directory = temporaryDirectory();
    mkdirSync(join(directory, 'in'));
    const output = join(directory, 'in', 'image');
    await writeImage(smallImage(...entries), { output, format: 'cpio', compression: 'none' });
    await expect(unpackImage(output, join(directory, 'in', 'out'))).rejects.toThrow(/unpack/);
    expect(readdirSync(directory, { recursive: true })).toEqual(['in', 'in/image']);
  });
});

test('over a link it puts a file in its place', async () => {
  const directory = temporaryDirectory();
  const output = join(directory, 'image');
  const link: ImageEntry = { kind: 'symlink', path: '/l', target: '../evil', origin: '' };
  await writeImage(smallImage(link, evil('/l')), { output, format: 'cpio', compression: 'none' });
  await unpackImage(output, join(directory, 'out'));
  expect(readdirSync(directory, { recursive: true })).toEqual(['image', 'out', 'out/l']);
});

describe('archives one after the other, as the kernel takes them', () => {
  const early = smallImage(
    { kind: 'directory', path: '/a', origin: 'test' },
    smallFile('/a/odd', Buffer.from('early')),
    smallFile('/early', Buffer.from('microcode')),
  );
  async function joined(between: Buffer, compression: WriteOptions['compression']) {
    const output = join(temporaryDirectory(), 'image');
    await writeImage(early, { output, format: 'cpio', compression: 'none' });
    appendFileSync(output, between);
    appendFileSync(output, readFileSync(await written({ compression })));
    return output;
  }
  test.each(['none', 'gzip', 'zstd'] as const)('the second one %s', async (compression) => {
    const output = await joined(Buffer.alloc(512), compression);
    const paths = (await listed(output)).map(({ path }) => path);
    expect(paths).toEqual(['a', 'a/odd', 'early', ...expected.map(({ path }) => path)]);
    const parts = await Array.fromAsync(catFile(output, '/link/odd'));
    expect(Buffer.concat(parts).toString()).toBe('odd');
    const directory = join(temporaryDirectory(), 'new');
    await unpackImage(output, directory);
    expect(readFileSync(join(directory, 'a/odd'), 'utf8')).toBe('odd');
    expect(readFileSync(join(directory, 'early'), 'utf8')).toBe('microcode');
  });
  test('one that begins where the kernel does not look', async () => {
    await expect(joined(Buffer.alloc(2), 'none').then(listed)).rejects.toThrow(/at an odd place/);
  });
  test('something else', async () => {
    const output = await joined(Buffer.from('else'), 'none');
    await expect(listed(output)).rejects.toThrow(/something follows its end/);
  });
});

test.each<[Partial<WriteOptions>, RegExp]>([
  [{ format: 'directory', compression: 'zstd' }, /directory with zstd: it has no such compression/],
  [{ format: 'oci', compression: 'xz' }, /oci with xz/],
  [{ format: 'erofs', compression: 'zstd' }, /erofs with zstd/],
  [{ format: 'cpio', compression: 'none', level: 1 }, /none: it has no levels/],
  [{ format: 'directory', compression: 'none', level: 1 }, /none: it has no levels/],
  [{ format: 'cpio', compression: 'zstd', level: 20 }, /zstd: there is no level 20/],
  [{ format: 'cpio', compression: 'lz4', level: 0 }, /lz4: there is no level 0/],
  [{ format: 'tar', compression: 'xz', level: 1.5 }, /xz: there is no level 1.5/],
])('%j is refused', async (options, message) => {
  await expect(written(options)).rejects.toThrow(message);
});

test('a layout of OCI with an image of somebody else does not give way', async () => {
  const output = await written({ format: 'oci', compression: 'gzip' });
  await writeImage(image, { output, format: 'oci', compression: 'zstd' });
  const index = join(output, 'index.json');
  writeFileSync(index, readFileSync(index, 'utf8').replaceAll('shutdownramfs', 'theirs'));
  await expect(writeImage(image, { output, format: 'oci' })).rejects.toThrow(/other things/);
});
