/** Whole images of this machine's own root, read back by the tools of others. */
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { catFile } from '../../src/archive/cat-file.ts';
import { readImage } from '../../src/archive/read-image.ts';
import { manifestPath } from '../../src/image/image-manifest.ts';
import { parseManifest } from '../../src/image/parse-manifest.ts';
import { runBuild, type BuildReport } from '../../src/image/run-build.ts';
import { settingsText } from '../../src/settings/settings-text.ts';
import { defaultSettings, settingsPath } from '../../src/settings/settings.ts';

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
    config: ['/dev/null'],
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

test('a configuration comes to settings in the image, the same bytes each time', async () => {
  const config = join(directory, 'shutdownramfs.toml');
  await writeFile(config, '[mounts]\nnever-move = ["/run/live/medium"]');
  const images = ['one', 'two'].map((name) => join(directory, name));
  for (const output of images) await build({ output, config: [config] });
  const [one, two] = await Promise.all(images.map((image) => readFile(image)));
  expect(one?.equals(two ?? Buffer.alloc(0))).toBe(true);
  const text = await readFile(join(tree, settingsPath), 'utf8');
  expect(JSON.parse(text)).toEqual(defaultSettings);
  const changed = { ...defaultSettings, neverMove: ['/run/live/medium'] };
  const written = await Array.fromAsync(catFile(images[0] ?? '', settingsPath));
  expect(Buffer.concat(written).toString()).toBe(settingsText(changed));
});

const output = () => join(directory, 'cli');

describe('the command line', () => {
  const executable = join(import.meta.dirname, '../../dist/shutdownramfs');

  test('build --json tells what the image holds', async () => {
    const words = ['--output', output(), '--level', '1', '--config', '/dev/null', '--json'];
    const { stdout } = await execa(executable, ['build', ...words]);
    const { manifest, packed } = JSON.parse(stdout) as BuildReport;
    expect(packed).toBe((await stat(output())).size);
    const { stdout: inside } = await execa(executable, ['cat', output(), manifestPath]);
    expect(parseManifest(`${inside}\n`)).toEqual(manifest);
  });
  test('list', async () => {
    const { stdout } = await execa(executable, ['list', output()]);
    expect(stdout).toContain('l 0777          0 bin -> usr/bin\n');
    expect(stdout.split('\n')).toHaveLength((await pathsOf(tree)).length);
  });
  test('list --json', async () => {
    const { stdout } = await execa(executable, ['list', '--json', output()]);
    const rows = JSON.parse(stdout) as { path: string }[];
    expect(rows.map(({ path }) => path).toSorted()).toEqual(await pathsOf(tree));
  });
  test('a reader that has seen enough', async () => {
    const script = '"$0" cat "$1" usr/bin/shutdownramfs | head -c 4';
    const { stdout, stderr } = await execa('sh', ['-c', script, executable, output()]);
    expect([stdout, stderr]).toEqual(['\u007FELF', '']);
  });
  test('unpack', async () => {
    const unpacked = join(directory, 'unpacked');
    await execa(executable, ['unpack', output(), unpacked]);
    // The tree was built of the same executable, so it is the same image.
    await execa('diff', ['-r', '--no-dereference', tree, unpacked]);
    expect(await pathsOf(unpacked)).toEqual(await pathsOf(tree));
  });
  test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('unpack, by %s', async (signal) => {
    const place = await mkdtemp(join(directory, 'interrupted-'));
    const unpacking = execa(executable, ['unpack', output(), join(place, 'new')], {
      reject: false,
    });
    while ((await readdir(place)).length === 0) await sleep(5);
    unpacking.kill(signal);
    const { exitCode, stderr } = await unpacking;
    const said = `shutdownramfs: unpack to ${place}/new: interrupted`;
    expect([exitCode, stderr, await readdir(place)]).toEqual([1, said, []]);
  });
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
