/**
 * Roots that are broken, moving or made to mislead: a build of them is refused in one line and leaves
 * nothing, or the image is whole. What the roots lack is in refusal.test.ts.
 */
import {
  chmod,
  chown,
  mkdir,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  symlink,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { BuildReport } from '../../src/image/run-build.ts';
import { buildAsNobody } from '../support/build-as-nobody.ts';
import { executable } from '../support/our-exitrd.ts';
import { hostileRoot, makePristineRoot, type HostileRoot } from '../support/hostile-root.ts';
import { scratchDirectory, type ScratchDirectory } from '../support/scratch-directory.ts';

let place: ScratchDirectory;
let pristine: string;
let root: HostileRoot;
beforeAll(async () => {
  place = await scratchDirectory();
  pristine = join(place.path, 'pristine');
  await makePristineRoot(pristine);
});
afterAll(async () => {
  await place[Symbol.asyncDispose]();
});
beforeEach(async () => {
  root = await hostileRoot(pristine);
});
afterEach(async () => {
  await root[Symbol.asyncDispose]();
});

const libraries = 'usr/lib/x86_64-linux-gnu';
/** A library of one program alone, by its name and by that of its file. */
const wanted = 'libpopt.so.0';
const file = 'libpopt.so.0.0.2';

/** One line, and one more where the user can do something. */
const oneLine = (reason: RegExp) =>
  new RegExp(`^shutdownramfs: [^\\n]*${reason.source}[^\\n]*(?:\\nhint: [^\\n]+)?$`);

const refused = (reason: RegExp) => ({
  exitCode: 1,
  stdout: '',
  stderr: expect.stringMatching(oneLine(reason)),
  left: [],
});
const built = {
  exitCode: 0,
  stdout: expect.any(String),
  stderr: '',
  left: ['image', 'image.manifest.json'],
};
const build = async () => await root.build('--compress', 'none');

describe('symlinks', () => {
  test.each([
    ['relative', (outside: string) => `../../../../../../..${outside}`],
    ['absolute', (outside: string) => outside],
  ])('%s, to where the libraries are outside', async (_, target) => {
    const outside = join(dirname(root.path), 'outside');
    await rename(join(root.path, libraries), outside);
    await symlink(target(outside), join(root.path, libraries));
    expect(await build()).toStrictEqual(refused(/is not in the root/));
  });

  test('that climb above the root stay in it', async () => {
    await rename(join(root.path, libraries), join(root.path, 'usr/moved'));
    await symlink('../../../../../usr/moved', join(root.path, libraries));
    expect(await build()).toStrictEqual(built);
  });

  test.each([
    ['a library to itself', file, file],
    ['the directory to itself', '', 'x86_64-linux-gnu'],
    ['the directory to below itself', '', 'x86_64-linux-gnu/x86_64-linux-gnu'],
  ])('a loop, %s', async (_, name, target) => {
    await rm(root.library(name), { recursive: true });
    await symlink(target, root.library(name).replace(/\/$/, ''));
    expect(await build()).toStrictEqual(refused(/follow \S+ in \S+: ELOOP/));
  });

  test('a chain, longer than the kernel follows', async () => {
    await rename(root.library(file), root.library('end'));
    for (let link = 0; link < 45; link++) {
      await symlink(link === 0 ? 'end' : `link${link - 1}`, root.library(`link${link}`));
    }
    await symlink('link44', root.library(file));
    expect(await build()).toStrictEqual(refused(/ELOOP/));
  });
});

describe('what is no file where a library should be', () => {
  const makers: Readonly<Record<string, (path: string) => Promise<unknown>>> = {
    'a fifo': async (path) => await execa('mkfifo', [path]),
    'a socket': async (path) => await execa('perl', ['-MSocket', '-e', bindSocket, path]),
    'a device': async (path) => await execa('mknod', [path, 'c', '1', '5']),
    'a directory': async (path) => await mkdir(path),
  };
  const bindSocket =
    'socket(S, PF_UNIX, SOCK_STREAM, 0); bind(S, pack_sockaddr_un($ARGV[0])) or die $!';
  test.each(Object.entries(makers))('%s', async (_, make) => {
    await rm(root.library(file));
    await make(root.library(file));
    expect(await build()).toStrictEqual(
      refused(/libpopt.so.0, which it needs, is not in the root/),
    );
  });

  test.each(['usr/sbin/lvm', 'guard/busybox'])('a fifo as %s', async (path) => {
    await rm(join(root.path, path));
    await execa('mkfifo', [join(root.path, path)]);
    expect(await build()).toStrictEqual(refused(/is not in /));
  });

  test.each(['ld.so.conf', 'crypttab'])('a fifo as %s is not waited for', async (name) => {
    await execa('mkfifo', [join(root.path, 'etc', name)]);
    expect(await build()).toStrictEqual(built);
  });

  test('a fifo as configuration', async () => {
    await execa('mkfifo', [join(root.path, 'etc/shutdownramfs/shutdownramfs.toml')]);
    expect(await build()).toStrictEqual(
      refused(/shutdownramfs.toml in \S+: it is no regular file/),
    );
  });
});

describe('a library', () => {
  test.each([0, 3, 40, 64, 500, 4096, 30_000])('cut off after %i bytes', async (length) => {
    await truncate(root.library(file), length);
    expect(await build()).toStrictEqual(refused(/libpopt/));
  });

  /** Offsets in the headers of a 64-bit little-endian file (elf(5)). */
  test.each([
    ['program headers beyond the end', 32, 8, 2n ** 62n],
    ['65535 program headers', 56, 2, 65_535n],
    ['program headers of one byte', 54, 2, 1n],
    ['another class', 4, 1, 1n],
    ['another machine', 18, 2, 183n],
  ] as const)('that lies: %s', async (_, offset, bytes, value) => {
    const content = await readFile(root.library(file));
    const number = Buffer.alloc(8);
    number.writeBigUInt64LE(value);
    number.copy(content, offset, 0, bytes);
    await writeFile(root.library(file), content);
    expect(await build()).toStrictEqual(refused(/libpopt/));
  });

  test('that only its owner may read', async () => {
    await chmod(root.library(file), 0o600);
    await chown(root.library(file), 0, 0);
    const failure = await buildAsNobody(root.path).catch((error: unknown) => String(error));
    expect(failure).toMatch(/libpopt.so.0.0.2 in \/mnt\/root: EACCES/);
  });
});

describe('names', () => {
  test('as long as a file system has them', async () => {
    const directory = join(root.path, 'usr', 'd'.repeat(255));
    await rename(join(root.path, libraries), directory);
    await symlink(`../${'d'.repeat(255)}`, join(root.path, libraries));
    expect(await build()).toStrictEqual(built);
  });

  test('longer than the kernel takes', async () => {
    const target = `${'d'.repeat(250)}/`.repeat(16);
    await rm(root.library(file));
    await symlink(target, root.library(file));
    expect(await build()).toStrictEqual(
      refused(/libpopt.so.0(?:, which it needs, is not in the root| in \S+: ENAMETOOLONG)/),
    );
  });

  test('10,000 in one directory', async () => {
    const settings = join(root.path, 'etc/ld.so.conf.d');
    const script = 'mkdir -p "$1" && cd "$1" && seq -f %g.conf 10000 | xargs touch';
    for (const directory of [settings, join(root.path, libraries)]) {
      await execa('sh', ['-e', '-c', script, 'sh', directory]);
    }
    await writeFile(join(settings, '9999.conf'), '/opt/lib\n');
    await writeFile(join(root.path, 'etc/ld.so.conf'), 'include ld.so.conf.d/*.conf\n');
    await rm(root.library(wanted));
    await mkdir(join(root.path, 'opt/lib'), { recursive: true });
    await rename(root.library(file), join(root.path, 'opt/lib', wanted));
    expect(await build()).toStrictEqual(built);
  });
});

/** Where a loader and a program never look: the last byte of a table of sections. */
const rewrite = `
my @files = map { open(my $f, '+<', $_) or die $!; $f } grep { !-l && -f } @ARGV;
$| = 1; print "ready\n";
for (my $n = 0; ; $n++) {
  for my $f (@files) { seek($f, -1, 2); syswrite($f, chr($n % 256)) }
}`;
const grow = `
open(my $f, '>>', $ARGV[0]) or die $!;
$| = 1; print "ready\n";
while (1) { syswrite($f, 'x'); select(undef, undef, undef, 0.001) }`;
const replace = `
$| = 1; print "ready\n";
for (my $n = 0; ; $n++) {
  system('cp', $ARGV[0], "$ARGV[1].new");
  open(my $f, '>>', "$ARGV[1].new"); syswrite($f, 'x' x ($n % 9)); close($f);
  rename("$ARGV[1].new", $ARGV[1]);
}`;

/** The script says `ready` and goes on until the end of the test. */
async function meanwhile(script: string, ...words: readonly string[]): Promise<AsyncDisposable> {
  const writer = execa('perl', ['-e', script, ...words], { reject: false, buffer: false });
  await new Promise((resolve) => {
    writer.stdout.once('data', resolve);
  });
  return {
    [Symbol.asyncDispose]: async () => {
      writer.kill('SIGKILL');
      await writer;
    },
  };
}

describe('files that change while they are read', () => {
  test('every library rewritten in place', async () => {
    const directory = join(root.path, libraries);
    const files = (await readdir(directory)).map((name) => join(directory, name));
    await using _ = await meanwhile(rewrite, ...files);
    expect(await build()).toStrictEqual(
      refused(/: it changed (?:meanwhile|while the image was built)/),
    );
  });

  test('one that grows', async () => {
    const crypto = root.library('libcrypto.so.3');
    await using _ = await meanwhile(grow, crypto);
    expect(await build()).toStrictEqual(refused(/libcrypto.so.3(?: in \S+)?: it changed /));
  });

  test('one replaced again and again: refused, or as the manifest tells', async () => {
    const original = join(pristine, libraries, file);
    await using _ = await meanwhile(replace, original, root.library(file));
    for (let build = 0; build < 3; build++) {
      const outcome = await root.build('--format', 'directory', '--json');
      const fault = outcome.exitCode === 0 ? await untold(outcome.stdout) : outcome.stderr;
      expect(fault).toMatch(/^$|libpopt.so.0.0.2(?: in \S+)?: it changed /);
    }
  });
});

/** What of an output is not as its manifest says. */
async function untold(report: string): Promise<string> {
  const { output, manifest } = JSON.parse(report) as BuildReport;
  const lines = manifest.files.map(({ path, sha256 }) => `${sha256}  .${path}\n`);
  const check = ['--check', '--quiet'];
  const { all } = await execa('sha256sum', check, {
    cwd: output,
    input: lines.join(''),
    all: true,
    reject: false,
  });
  return all;
}

/** In a mount namespace; `$1` is a directory of the test. */
async function buildIn(mount: string, words: string) {
  const script = `${mount}\n"$2" build --root "$3" --compress none --config /dev/null ${words}`;
  const shell = ['--mount', 'sh', '-e', '-c', script, 'sh', place.path, executable, root.path];
  const { exitCode, stderr } = await execa('unshare', shell, { reject: false });
  return { exitCode, stderr };
}
const failed = (reason: RegExp) => ({
  exitCode: 1,
  stderr: expect.stringMatching(oneLine(reason)),
});

describe('a place to write that is none', () => {
  const small = "mount -t tmpfs -o size=20m tmpfs /mnt; trap 'find /mnt -mindepth 1 >&2' EXIT";

  test.each(['cpio', 'tar', 'directory'])('a full file system, %s', async (format) => {
    const outcome = await buildIn(small, `--output /mnt/image --format ${format}`);
    expect(outcome).toStrictEqual(failed(/: ENOSPC/));
  });
  test('no room for temporary files', async () => {
    const outcome = await buildIn(`${small}; export TMPDIR=/mnt`, '--output "$1/image"');
    expect(outcome).toStrictEqual(failed(/: ENOSPC/));
    expect(await readdir(place.path)).toStrictEqual(['pristine']);
  });
  test('a file system that is only read', async () => {
    const outcome = await buildIn('mount -t tmpfs -o ro tmpfs /mnt', '--output /mnt/image');
    expect(outcome).toStrictEqual(failed(/write \/mnt\/image: EROFS/));
  });
  test("another user's directory", async () => {
    const build = buildAsNobody(root.path, ['default'], '/mnt/image');
    await expect(build).rejects.toThrow(/write \/mnt\/image: EACCES/);
  });
});

test('a root on a file system that is only read', async () => {
  const script =
    'mount --bind "$1" /mnt; mount -o remount,bind,ro /mnt; "$2" build --root /mnt -o "$3"';
  const words = ['--mount', 'sh', '-e', '-c', `${script} --compress none`, 'sh', root.path];
  const output = join(dirname(root.path), 'image');
  await execa('unshare', [...words, executable, output]);
  expect((await stat(output)).size).toBeGreaterThan(1 << 20);
});

describe('interrupted', () => {
  /** Milliseconds. */
  let whole: number;
  beforeAll(async () => {
    await using root = await hostileRoot(pristine);
    const begun = performance.now();
    await root.build('--compress', 'none');
    whole = performance.now() - begun;
  });

  const moments = [0.05, 0.2, 0.35, 0.5, 0.65, 0.8, 0.95];
  test.each(moments)('after %f of a build it leaves nothing, or all', async (part) => {
    const running = root.build('--compress', 'none');
    await sleep(whole * part);
    running.kill(part < 0.5 ? 'SIGINT' : 'SIGTERM');
    const { exitCode, stderr, left } = await running;
    expect(left).toStrictEqual(exitCode === 0 ? built.left : []);
    // Before it listens to signals there is nothing to tidy up.
    const quiet = exitCode === 0 || (exitCode === undefined && part < 0.1);
    expect(stderr).toMatch(quiet ? /^$/ : /^shutdownramfs: build \S+: interrupted$/);
  });
});
