/** Whole images of this machine's own root, read back by the tools of others. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readImage } from '../../src/archive/read-image.ts';
import { runBuild, type BuildReport } from '../../src/image/run-build.ts';

let directory: string;
let tree: string;
let report: BuildReport;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'shutdownramfs-test-'));
  tree = join(directory, 'tree');
  report = await build({ output: tree, format: 'directory' });
});

afterAll(async () => {
  await rm(directory, { recursive: true });
});

async function build(changes: Partial<Parameters<typeof runBuild>[0]>): Promise<BuildReport> {
  return await runBuild({
    output: join(directory, 'image'),
    root: '/',
    format: 'cpio',
    compress: 'zstd',
    level: 1,
    ...changes,
  });
}

async function pathsOf(image: string): Promise<string[]> {
  const entries = await Array.fromAsync(readImage(image));
  return entries.map(({ path }) => path).toSorted();
}

const programs = [
  'usr/bin/shutdownramfs',
  'usr/bin/mount',
  'usr/bin/umount',
  'usr/sbin/cryptsetup',
  'usr/sbin/dmsetup',
  'usr/sbin/lvm',
  'usr/sbin/mdadm',
  'usr/sbin/mdmon',
];

test('every program was started in the finished image', () => {
  expect(report.proof).toBe('started');
});

test.each(programs)('the closure of %s is what the loader lists', async (program) => {
  const { stdout } = await execa('/lib64/ld-linux-x86-64.so.2', ['--list', join(tree, program)]);
  const listed = stdout.matchAll(/ => (\/\S+)|^\s*(\/\S+)/gm);
  const missing: string[] = [];
  for (const [, found, interpreter] of listed) {
    const path = join(tree, found ?? interpreter ?? '');
    if ((await readFile(path).catch(() => undefined)) === undefined) missing.push(path);
  }
  expect(missing).toEqual([]);
});

describe.each([
  ['cpio', 'none', ['cpio', '--quiet', '-t']],
  ['cpio', 'zstd', ['bsdtar', '-t']],
  ['cpio', 'gzip', ['bsdtar', '-t']],
  ['tar', 'zstd', ['bsdtar', '-t']],
  ['tar', 'none', ['tar', '-t']],
] as const)('%s with %s', (format, compress, [reader, ...words]) => {
  test(`${reader} lists what is in the directory`, async () => {
    const output = join(directory, `${format}.${compress}`);
    await build({ output, format, compress });
    const { stdout } = await execa(reader, words, { inputFile: output });
    const listed = stdout.split('\n').map((line) => line.replace(/\/$/, ''));
    expect(listed.toSorted()).toEqual(await pathsOf(tree));
  });
});
