/**
 * A Debian live image as live-build makes it, with our hook among its configuration and a shell for the
 * host in it. It takes minutes and root, and is no part of the tests: scripts/live-build uses it.
 */
import { chmod, mkdir, readdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { Failure } from '../../src/failure.ts';
import { archiveMirror, guestRelease } from './debian-archive.ts';

const executable = join(import.meta.dirname, '../../dist/shutdownramfs');

export interface LiveBuildImage {
  readonly iso: string;
  readonly kernel: string;
  readonly initrd: string;
  /** Names of the packages in the live system, when all hooks had run. */
  readonly packages: readonly string[];
  /** Absolute paths of all that is in its squashfs. */
  readonly files: readonly string[];
}

/** `directory` is an empty one, `hookOptions` are words for `shutdownramfs live-build`. */
export async function makeLiveBuildImage(
  directory: string,
  hookOptions: readonly string[],
): Promise<LiveBuildImage> {
  const { uri } = await archiveMirror();
  // live-build wants to be where the configuration is. In a mount namespace of its own nothing
  // that it mounts outlives it.
  const inside = { cwd: directory, env: { TMPDIR: undefined } };
  await execa('lb', ['config', ...smallSystem(uri)], inside);
  await addHostShell(join(directory, 'config/includes.chroot_after_packages'));
  const hook = await execa(executable, ['live-build', ...hookOptions], inside);
  process.stderr.write(`${hook.stdout}\n`);
  const build = await execa('unshare', ['--mount', 'lb', 'build'], {
    ...inside,
    all: true,
    reject: false,
  });
  await writeFile(join(directory, 'build.log'), build.all);
  const iso = join(directory, 'live-image-amd64.iso');
  const live = join(directory, 'binary/live');
  // lb build does not tell by its status that a stage failed.
  const names = await readdir(live).catch(() => []);
  const [kernel, initrd] = ['vmlinuz', 'initrd.img'].map((start) =>
    names.find((name) => name.startsWith(start)),
  );
  if (build.failed || kernel === undefined || initrd === undefined) {
    throw new Failure(`make live image: lb build failed:\n${build.all.slice(-3000)}`);
  }
  const { stdout: list } = await execa('cut', ['-f1', 'chroot.packages.live'], inside);
  const squashfs = join(live, 'filesystem.squashfs');
  const { stdout: files } = await execa('unsquashfs', ['-d', '', '-l', squashfs]);
  return {
    iso,
    kernel: join(live, kernel),
    initrd: join(live, initrd),
    packages: list.split('\n'),
    files: files.split('\n').filter((line) => line.startsWith('/')),
  };
}

function smallSystem(mirror: string): readonly string[] {
  const options: Readonly<Record<string, string>> = {
    mode: 'debian',
    distribution: guestRelease,
    architecture: 'amd64',
    'archive-areas': 'main',
    'mirror-bootstrap': mirror,
    'mirror-chroot': mirror,
    'mirror-binary': mirror,
    'debootstrap-options': '--variant=minbase',
    'apt-recommends': 'false',
    'apt-indices': 'false',
    'apt-source-archives': 'false',
    security: 'false',
    updates: 'false',
    'firmware-chroot': 'false',
    'firmware-binary': 'false',
    'debian-installer': 'none',
    memtest: 'none',
    'binary-image': 'iso',
    bootloaders: 'syslinux',
    'chroot-squashfs-compression-type': 'zstd',
    'chroot-squashfs-compression-level': '3',
    checksums: 'none',
    zsync: 'false',
    cache: 'false',
  };
  return Object.entries(options).flatMap(([name, value]) => [`--${name}`, value]);
}

/** As in the other Debian guests: a port of virtio-serial. */
async function addHostShell(includes: string): Promise<void> {
  const units = join(includes, 'etc/systemd/system');
  const wants = join(units, 'multi-user.target.wants');
  await mkdir(wants, { recursive: true });
  const unit = join(units, 'host-shell.service');
  const shell = 'exec /bin/sh <>/dev/virtio-ports/shell >&0 2>&1';
  await writeFile(
    unit,
    `[Unit]\nDescription=Shell of the host\n[Service]\nExecStart=/bin/sh -c '${shell}'\nRestart=always\n`,
  );
  await chmod(unit, 0o644);
  await symlink('../host-shell.service', join(wants, 'host-shell.service'));
}
