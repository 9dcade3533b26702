/** A small image in every format and compression, as our own reader and the tools of others see it. */
import { createHash, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { readDirectory } from '../../src/archive/directory-reader.ts';
import type { Compression, ImageFormat } from '../../src/archive/image-format.ts';
import type { ReadEntry } from '../../src/archive/read-entry.ts';
import { readImage } from '../../src/archive/read-image.ts';
import { writeImage } from '../../src/archive/write-image.ts';
import { formatPairs } from '../support/format-pairs.ts';
import { smallFile, smallImage } from '../support/small-image.ts';

const long = `/usr/${'x'.repeat(120)}`;
const content = { kind: 'bytes', bytes: randomBytes(1001) } as const;
const twice = { kind: 'file', executable: true, content, origin: 'test' } as const;
const image = smallImage(
  { kind: 'symlink', path: '/bin', target: 'usr', origin: 'test' },
  { kind: 'directory', path: '/usr', origin: 'test' },
  smallFile('/usr/empty', Buffer.alloc(0)),
  smallFile('/usr/odd', Buffer.from('odd'), true),
  smallFile('/usr/random', randomBytes(3_000_001)),
  { kind: 'directory', path: long, origin: 'test' },
  smallFile(`${long}/${'y'.repeat(120)}`, Buffer.alloc(300_000, 'long')),
  smallFile('/usr/ß→𝄞', Buffer.from('beyond ASCII')),
  { ...twice, path: '/usr/one', linkCount: 2 },
  { ...twice, path: '/usr/two', linkCount: 2, linkTo: '/usr/one' },
);

let place: string;
/** What every reader has to say. */
let expected: string[];

beforeAll(async () => {
  place = await mkdtemp(join(tmpdir(), 'shutdownramfs-test-'));
  await chmod(place, 0o755);
  const output = join(place, 'reference');
  await writeImage(image, { output, format: 'directory' });
  expected = await described(readDirectory(output));
});

afterAll(async () => {
  await rm(place, { recursive: true });
});

afterEach(() => {
  vi.unstubAllEnvs();
});

/** A line for each entry with all that a format keeps, sorted. */
async function described(entries: AsyncIterable<ReadEntry>): Promise<string[]> {
  const lines: string[] = [];
  for await (const { kind, path, mode, size, target, content } of entries) {
    if (kind === 'link') {
      const linked = lines.find((line) => line.startsWith(`file ${target} `));
      lines.push(linked?.replace(` ${target} `, ` ${path} `) ?? `${path} links to nothing`);
      continue;
    }
    const hash = createHash('sha256');
    for await (const part of content) hash.update(part);
    lines.push([kind, path, mode.toString(8), size, target, hash.digest('hex')].join(' '));
  }
  return lines.toSorted();
}

const decompressors: Readonly<Record<Compression, string>> = {
  zstd: 'zstd -dc',
  gzip: 'gzip -dc',
  xz: 'xz -dc',
  lz4: 'lz4 -dc',
  none: 'cat',
};
const mounted = 'mount -o ro,loop "$1" /mnt && cp -a /mnt/. .';

/** Scripts that unpack `$1` into the working directory. */
const peers: Readonly<Record<ImageFormat, readonly string[]>> = {
  cpio: [
    '$0 "$1" | cpio --extract --quiet --make-directories --no-absolute-filenames',
    '$0 "$1" | bsdtar -xf -',
  ],
  tar: ['$0 "$1" | tar -xf -', '$0 "$1" | bsdtar -xf -'],
  // Which checks the digest and size of every blob.
  oci: [
    `skopeo --insecure-policy copy --quiet "oci:$1" dir:layers
layer=$(grep -o '"layers":.*' layers/manifest.json | grep -o 'sha256:[0-9a-f]*' | cut -d : -f 2)
$0 "layers/$layer" | tar -xf - && rm -r layers`,
  ],
  // The kernel itself.
  squashfs: [mounted],
  erofs: [mounted],
  directory: [],
};

describe.each(formatPairs)('%s, %s', (format, compression) => {
  let output: string;

  beforeAll(async () => {
    output = join(place, `${format}.${compression}`);
    await writeImage(image, { output, format, compression });
  });

  test('our reader', async () => {
    expect(await described(readImage(output))).toStrictEqual(expected);
  });
  for (const script of peers[format]) {
    test(script, async () => {
      const tree = await mkdtemp(join(place, 'tree-'));
      const shell = ['-e', '-o', 'pipefail', '-c', script, decompressors[compression], output];
      await execa('unshare', ['--mount', 'bash', ...shell], { cwd: tree });
      expect(await described(readDirectory(tree))).toStrictEqual(expected);
      expect((await stat(join(tree, 'usr/one'))).ino).toBe((await stat(join(tree, 'usr/two'))).ino);
    });
  }
});

test('umoci unpacks a layout, and checks what its layer is unpacked', async () => {
  const bundle = join(place, 'bundle');
  await execa('umoci', ['unpack', '--image', `${join(place, 'oci.gzip')}:latest`, bundle]);
  expect(await described(readDirectory(join(bundle, 'rootfs')))).toStrictEqual(expected);
});

test('xz and lz4 as the kernel needs them', async () => {
  const { stdout } = await execa('xz', ['--robot', '--list', join(place, 'cpio.xz')]);
  expect(stdout).toContain('CRC32');
  const bytes = await readFile(join(place, 'cpio.lz4'));
  expect(bytes.readUInt32LE()).toBe(0x18_4c_21_02);
});

test.each(formatPairs.filter(([format]) => format !== 'directory' && format !== 'oci'))(
  'half of %s, %s is no image',
  async (format, compression) => {
    const half = join(place, 'half');
    const bytes = await readFile(join(place, `${format}.${compression}`));
    await writeFile(half, bytes.subarray(0, bytes.length >> 1));
    await expect(described(readImage(half))).rejects.toThrow(/^read image /);
  },
);

describe.each([
  ['cpio', 'xz', 'xz'],
  ['tar', 'lz4', 'lz4'],
  ['squashfs', 'zstd', 'mksquashfs'],
  ['erofs', 'lz4', 'mkfs.erofs'],
] as const)('%s, %s', (format, compression, tool) => {
  let tools: string;
  let directory: string;

  beforeAll(async () => {
    tools = join(place, `tools-${tool}`);
    directory = join(place, `output-${tool}`);
    await mkdir(tools);
    await mkdir(directory);
  });

  async function writeWith(script: string | undefined, signal?: AbortSignal) {
    if (script !== undefined) {
      await writeFile(join(tools, tool), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    }
    vi.stubEnv('PATH', script === undefined ? tools : `${tools}:${process.env['PATH']}`);
    const output = join(directory, 'image');
    const stop = signal === undefined ? {} : { signal };
    await writeImage(image, { output, format, compression, ...stop });
  }

  test.each<[string, string | undefined, RegExp]>([
    ['is missing', undefined, /^run \S+: ENOENT$/],
    ['complains', 'cat >/dev/null; echo "no more" >&2; exit 3', /^run \S+: no more$/],
    ['fails at once', 'exit 3', /^run \S+: exit status 3$/],
    ['is killed', 'kill -9 $$', /^run \S+: SIGKILL$/],
  ])(`a ${tool} that %s`, async (_, script, message) => {
    await expect(writeWith(script)).rejects.toThrow(message);
    expect(await readdir(directory)).toStrictEqual([]);
  });

  test(`a ${tool} that hangs is ended`, async () => {
    const note = join(place, `pid-${tool}`);
    const stop = new AbortController();
    const writing = writeWith(`echo $$ >${note}; exec sleep 1000`, stop.signal);
    const wait = setInterval(() => {
      if (existsSync(note)) stop.abort();
    }, 50);
    await expect(writing).rejects.toThrow(/abort/);
    clearInterval(wait);
    expect(await readdir(directory)).toStrictEqual([]);
    const pid = Number(await readFile(note, 'utf8'));
    expect(() => process.kill(pid, 0)).toThrow(/ESRCH/);
  });
});
