/** What the command line refuses, on a copy of this machine's programs: exit 1, and no output. */
import {
  cp,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { afterEach, beforeAll, beforeEach, afterAll, expect, test } from 'vitest';
import { proveImage } from '../../src/image/prove-image.ts';
import { runBuild } from '../../src/image/run-build.ts';

const executable = join(import.meta.dirname, '../../dist/shutdownramfs');
let original: string;
let place: string;
let root: string;

/** An image holds all of what a build needs, so it is a root itself. */
beforeAll(async () => {
  original = join(await mkdtemp(join(tmpdir(), 'shutdownramfs-test-')), 'root');
  await runBuild({ output: original, root: '/', format: 'directory', compress: 'none' });
  await rm(join(original, 'usr/bin/shutdownramfs'));
});

afterAll(async () => {
  await rm(dirname(original), { recursive: true });
});

beforeEach(async () => {
  place = await mkdtemp(join(tmpdir(), 'shutdownramfs-test-'));
  root = join(place, 'root');
  await cp(original, root, { recursive: true, verbatimSymlinks: true });
  await mkdir(join(place, 'out'));
});

afterEach(async () => {
  await rm(place, { recursive: true });
});

async function build(...words: string[]) {
  const output = join(place, 'out/image');
  const all = [
    'build',
    '--root',
    root,
    '--output',
    output,
    ...(words.length > 0 ? words : ['--level', '1']),
  ];
  const { exitCode, stdout, stderr } = await execa(executable, all, { reject: false });
  return { exitCode, stdout, stderr, left: await readdir(join(place, 'out')) };
}

const library = (name: string) => join(root, 'usr/lib/x86_64-linux-gnu', name);

test('a whole root is packed, and the image is what it was made from', async () => {
  const { exitCode, stderr, left } = await build('--format', 'directory');
  expect({ exitCode, stderr, left }).toEqual({
    exitCode: 0,
    stderr: '',
    left: ['image', 'image.manifest.json'],
  });
});

test.each<[string, string[], () => Promise<unknown>, RegExp]>([
  [
    'a missing library',
    [],
    () => rm(library('libpopt.so.0')),
    /pack \/usr\/sbin\/cryptsetup: libpopt.so.0, which it needs, is not in the root\nhint: searched .*apt install libpopt0/,
  ],
  [
    "the executable's own",
    [],
    () => rm(library('libatomic.so.1')),
    /pack \/usr\/bin\/shutdownramfs: libatomic.so.1.*\nhint: .*apt install libatomic1/,
  ],
  [
    'a library of a library',
    [],
    () => rm(library('libpcre2-8.so.0')),
    /libselinux.so.1: libpcre2-8.so.0/,
  ],
  [
    'what pthread_exit loads',
    ['--feature', 'crypt'],
    () => rm(library('libgcc_s.so.1')),
    /libgcc_s.so.1, which it needs/,
  ],
  [
    'a missing program',
    [],
    () => rm(join(root, 'usr/sbin/mdmon')),
    /feature md: \/usr\/sbin\/mdmon is not in .*\nhint: .*apt install mdadm/,
  ],
  [
    'a key where a library was',
    [],
    async () => {
      await mkdir(join(root, 'etc/cryptsetup-keys.d'));
      await rename(library('libpopt.so.0.0.2'), join(root, 'etc/cryptsetup-keys.d/root.key'));
      await symlink('/etc/cryptsetup-keys.d/root.key', library('libpopt.so.0.0.2'));
    },
    /no key goes into an image/,
  ],
  [
    'a library that is not what its name says',
    [],
    async () => {
      // Neither has symbol versions, so only binding every symbol shows it.
      await cp(library('libaio.so.1.0.2'), library('libargon2.so.1'));
    },
    /prove \/usr\/sbin\/cryptsetup: it does not start in the image: .*(?:undefined symbol|symbol lookup error)/,
  ],
  [
    'a program that is only headers',
    [],
    async () => {
      const path = join(root, 'usr/sbin/mdadm');
      await writeFile(path, (await readFile(path)).fill(0, 4096));
    },
    /prove \/usr\/sbin\/mdadm: it does not start/,
  ],
  ['an unknown feature', ['--feature', 'hfs'], async () => undefined, /select feature hfs/],
])('%s', async (_, words, damage, message) => {
  await damage();
  const { exitCode, stdout, stderr, left } = await build(...words);
  expect(stderr).toMatch(message);
  expect({ exitCode, stdout, left }).toEqual({ exitCode: 1, stdout: '', left: [] });
});

test('an interrupted build leaves nothing', async () => {
  const output = join(place, 'out/image');
  const words = ['build', '--root', root, '--output', output, '--level', '19'];
  const running = execa(executable, words, { reject: false });
  while ((await readdir(join(place, 'out'))).length === 0) {
    await new Promise((resolve) => {
      setTimeout(resolve, 20);
    });
  }
  running.kill('SIGINT');
  const { exitCode, stderr } = await running;
  expect({ exitCode, stderr }).toEqual({
    exitCode: 1,
    stderr: `shutdownramfs: build ${output}: interrupted`,
  });
  expect(await readdir(join(place, 'out'))).toEqual([]);
});

test('a program that is not there is no proof', async () => {
  const programs = [{ path: '/usr/bin/none', probe: undefined, static: true }];
  await expect(proveImage(programs, root)).rejects.toThrow(/not in the image/);
});
