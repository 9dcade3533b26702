#!/usr/bin/env node
/**
 * Measures how the heavy part of an image can be held in memory from boot to shutdown: as plain
 * files, or as one compressed file system image that is mounted after the pivot. Run as root:
 *
 *     node scripts/bench-hold.ts TREE      (made by `shutdownramfs build --format directory`)
 *
 * One line a form: memory held, seconds to make it (at install), to copy and check it (at boot), and
 * of `shutdownramfs --help` run from it with nothing cached (at shutdown) the seconds of processor time,
 * median of nine. Everything is mounted in a mount namespace of its own.
 */
import { mkdir, mkdtemp, rm, statfs } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { execa } from 'execa';
import { readDirectory } from '../src/archive/directory-reader.ts';

const runs = 9;

interface Form {
  readonly name: string;
  readonly kind?: 'squashfs' | 'erofs';
  readonly make?: readonly string[];
}

const squashfs = (name: string, ...options: readonly string[]): Form => ({
  name: `squashfs ${name}`,
  kind: 'squashfs',
  make: ['mksquashfs', '@usr', '@image', '-noappend', '-quiet', '-no-progress', ...options],
});
const erofs = (name: string, ...options: readonly string[]): Form => ({
  name: `erofs ${name}`,
  kind: 'erofs',
  make: ['mkfs.erofs', '--quiet', ...options, '@image', '@usr'],
});

const zstd = (block: string, level: string): Form =>
  squashfs(`zstd -${level} ${block}`, '-comp', 'zstd', '-Xcompression-level', level, '-b', block);

const forms: readonly Form[] = [
  { name: 'unpacked' },
  zstd('128K', '9'),
  zstd('128K', '15'),
  zstd('128K', '18'),
  zstd('1M', '18'),
  squashfs('xz 1M', '-comp', 'xz', '-b', '1M'),
  squashfs('gzip 128K', '-comp', 'gzip', '-b', '128K'),
  squashfs('lz4 hc 128K', '-comp', 'lz4', '-Xhc', '-b', '128K'),
  erofs('lz4hc 64K', '-zlz4hc,12', '-C65536'),
];

const [tree, inside] = process.argv.slice(2);
if (tree === undefined) {
  process.stderr.write('usage: node scripts/bench-hold.ts TREE\n');
  process.exitCode = 2;
} else if (inside === undefined) {
  const words = ['--mount', process.execPath, import.meta.filename, resolve(tree), 'inside'];
  await execa('unshare', words, { stdio: 'inherit' });
} else {
  await measureAll(tree);
}

async function measureAll(tree: string): Promise<void> {
  const work = await mkdtemp(join(tmpdir(), 'bench-hold-'));
  try {
    process.stdout.write('form                       MiB held   make s   fill s  start cpu\n');
    for (const form of forms) {
      const row = await measure(form, tree, work);
      const cells = [row.held.toFixed(1), row.make.toFixed(1), row.fill.toFixed(2)];
      const line = [...cells, row.start.toFixed(3)].map((cell) => cell.padStart(9)).join('');
      process.stdout.write(`${form.name.padEnd(26)}${line}\n`);
    }
  } finally {
    await rm(work, { recursive: true });
  }
}

async function measure(form: Form, tree: string, work: string) {
  const source = join(work, 'source');
  const held = join(work, 'held');
  await rm(source, { recursive: true, force: true });
  await mkdir(source);
  await mkdir(held, { recursive: true });
  const make = await seconds(() => prepare(form, tree, source));
  await execa('mount', ['-t', 'tmpfs', '-o', 'size=1g', 'bench', held]);
  try {
    const fill = await seconds(async () => {
      await execa('cp', ['-dR', `${source}/.`, held]);
      await checkAll(held);
    });
    const { blocks, bfree, bsize } = await statfs(held);
    const starts: number[] = [];
    for (let run = 0; run < runs; run++) starts.push(await start(form, held));
    const start_ = starts.toSorted((one, other) => one - other)[(runs - 1) / 2] ?? Number.NaN;
    return { held: ((blocks - bfree) * bsize) / 2 ** 20, make, fill, start: start_ };
  } finally {
    await execa('umount', [held]);
  }
}

async function prepare(form: Form, tree: string, source: string): Promise<void> {
  await execa('cp', ['-dR', `${tree}/.`, source]);
  if (form.kind === undefined || form.make === undefined) return;
  const [program = '', ...words] = form.make.map((word) =>
    word.replace('@usr', `${tree}/usr`).replace('@image', `${source}/usr.${form.kind}`),
  );
  await execa(program, words);
  await rm(join(source, 'usr'), { recursive: true });
  await mkdir(join(source, 'usr'));
}

/** What the hook does at boot: every byte is read once and hashed. */
async function checkAll(directory: string): Promise<void> {
  for await (const { content } of readDirectory(directory)) {
    const hash = createHash('sha256');
    for await (const part of content) hash.update(part);
  }
}

async function start(form: Form, held: string): Promise<number> {
  const usr = join(held, 'usr');
  if (form.kind !== undefined) {
    await execa('mount', ['-t', form.kind, '-o', 'loop,ro', `${usr}.${form.kind}`, usr]);
  }
  // What is decompressed counts for the process that reads it.
  const timed = 'TIMEFORMAT="%3U %3S"; time chroot "$1" /usr/bin/shutdownramfs --help >/dev/null';
  const { stderr } = await execa('bash', ['-c', timed, 'bash', held]);
  if (form.kind !== undefined) await execa('umount', [usr]);
  return stderr.split(' ').reduce((sum, part) => sum + Number(part), 0);
}

async function seconds(work: () => Promise<void>): Promise<number> {
  const begin = performance.now();
  await work();
  return (performance.now() - begin) / 1000;
}
