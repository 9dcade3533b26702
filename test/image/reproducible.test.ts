/**
 * The same bytes whoever builds, when and where: this machine's root by the finished executable, in
 * cpio, under one change at a time; and a small root in every format under all changes at once.
 */
import { existsSync } from 'node:fs';
import {
  chmod,
  copyFile,
  cp,
  mkdir,
  mkdtemp,
  readFile,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { elfFile } from '../support/elf-file.ts';
import { formatPairs } from '../support/format-pairs.ts';
import { imageDifference } from '../support/image-difference.ts';

const top = join(import.meta.dirname, '../..');
let place: string;
let executable: string;

beforeAll(async () => {
  place = await mkdtemp(join(tmpdir(), 'shutdownramfs-test-'));
  // The checkout may be where nobody else can read.
  executable = join(place, 'shutdownramfs');
  await copyFile(join(top, 'dist/shutdownramfs'), executable);
  await chmod(place, 0o755);
  await mkdir(join(place, 'out'));
  await chmod(join(place, 'out'), 0o777);
});

afterAll(async () => {
  await rm(place, { recursive: true });
});

interface Surroundings {
  /** What is put before the command. */
  readonly words?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

const asNobody = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'];
const inTokyo = { TZ: 'Asia/Tokyo', LANG: 'tr_TR.UTF-8', LC_ALL: 'tr_TR.UTF-8' };
const withUmask = ['sh', '-c', 'umask 077; exec "$0" "$@"'];
const nextYear = ['faketime', '+400 days'];

async function start(command: readonly string[], { words = [], ...settings }: Surroundings) {
  const [program = '', ...rest] = [...words, ...command];
  await execa(program, rest, settings);
}

describe("this machine's root", () => {
  const build = async (name: string, surroundings: Surroundings = {}, root = '/') => {
    const output = join(place, 'out', name);
    const words = ['build', '--root', root, '--level', '1', '--config', '/dev/null'];
    await start([executable, ...words, '--output', output], surroundings);
    return output;
  };
  let first: string;

  beforeAll(async () => {
    first = await build('first');
  });

  test.each<[string, Surroundings]>([
    ['nobody in particular', { words: asNobody, env: { HOME: '/nonexistent' }, cwd: '/' }],
    ['another umask', { words: withUmask }],
    ['another time zone and language', { env: inTokyo }],
    ['another year', { words: nextYear }],
    ['one processor', { words: ['taskset', '--cpu-list', '0'] }],
  ])('%s', async (name, surroundings) => {
    const second = await build(name.replaceAll(' ', '-'), surroundings);
    expect(await imageDifference(first, second)).toEqual([]);
    await rm(second);
  });

  test('another place, and directories in another order', async () => {
    const root = join(place, 'root');
    await mkdir(root);
    await execa('disorderfs', ['--shuffle-dirents=yes', '/', root]);
    try {
      const second = await build('disordered', {}, root);
      expect(await imageDifference(first, second)).toEqual([]);
    } finally {
      await execa('fusermount', ['-u', root]);
    }
  });
});

const interpreter = '/lib64/ld-linux-x86-64.so.2';
const lib = '/usr/lib/x86_64-linux-gnu';
const names = Array.from({ length: 40 }, (_, index) => `lib${index}.so`);
const program = elfFile({ interpreter, needed: names });
const smallRoot: Readonly<Record<string, string | Buffer>> = {
  '/usr/bin/busybox-static': elfFile(),
  '/usr/bin/mount': program,
  '/usr/bin/umount': program,
  '/usr/sbin/cryptsetup': program,
  '/usr/sbin/dmsetup': program,
  '/lib': '-> usr/lib',
  '/lib64': '-> usr/lib64',
  [`/usr${interpreter}`]: elfFile(),
  ...Object.fromEntries(names.map((name) => [`${lib}/${name}`, elfFile({ soname: name })])),
  '/var/lib/dpkg/status': names
    .map((name) => `Package: ${name}1\nArchitecture: amd64\nVersion: 1\n\n`)
    .join(''),
  ...Object.fromEntries(
    names.map((name) => [`/var/lib/dpkg/info/${name}1:amd64.list`, `${lib}/${name}\n`]),
  ),
};

async function makeRoot(directory: string, paths: readonly string[]): Promise<void> {
  for (const path of paths) {
    const hostPath = join(directory, path);
    const content = smallRoot[path] ?? '';
    await mkdir(dirname(hostPath), { recursive: true });
    if (typeof content === 'string' && content.startsWith('-> ')) {
      await symlink(content.slice(3), hostPath);
    } else await writeFile(hostPath, content);
  }
}

describe('a small root, under all of it at once, from another file system', () => {
  // tmpfs lists the newest first, ext4 by a hash that each file system has of its own.
  const other = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();
  let copy: string;

  beforeAll(async () => {
    copy = await mkdtemp(join(other, 'shutdownramfs-test-'));
    await chmod(copy, 0o755);
    await makeRoot(join(place, 'small'), Object.keys(smallRoot));
    await makeRoot(copy, Object.keys(smallRoot).toReversed());
    await writeFile(join(place, 'stand-in'), elfFile({ interpreter }));
    const build = async (root: string, name: string, surroundings: Surroundings) => {
      await mkdir(join(place, name));
      const script = join(top, 'test/support/build-every-format.ts');
      const words = [root, join(place, 'stand-in'), join(place, name)];
      await start([process.execPath, script, ...words], surroundings);
    };
    await build(join(place, 'small'), 'one', {});
    await build(copy, 'two', {
      words: [...nextYear, 'taskset', '--cpu-list', '0', ...withUmask],
      env: inTokyo,
      cwd: '/',
    });
  });

  afterAll(async () => {
    await rm(copy, { recursive: true });
  });

  test.each(formatPairs)('%s, %s', async (format, compression) => {
    const [one, two] = ['one', 'two'].map((name) => join(place, name, `${format}.${compression}`));
    expect(await imageDifference(one ?? '', two ?? '')).toEqual([]);
  });
});

test('the executable too, from another checkout', async () => {
  const checkout = join(place, 'checkout');
  await mkdir(checkout);
  for (const name of ['package.json', 'src', 'scripts', 'initramfs-skel', 'hooks']) {
    await cp(join(top, name), join(checkout, name), { recursive: true });
  }
  await symlink(join(top, 'node_modules'), join(checkout, 'node_modules'));
  const surroundings = { words: [...nextYear, ...withUmask], env: inTokyo, cwd: '/' };
  await start([process.execPath, join(checkout, 'scripts/build.ts')], surroundings);
  const built = join(checkout, 'dist/shutdownramfs');
  const [one, other] = await Promise.all([built, executable].map((path) => readFile(path)));
  expect(other?.equals(one ?? Buffer.alloc(0)), 'dist/ is what npm run build makes').toBe(true);
});
