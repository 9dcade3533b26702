/**
 * Two exitrds that are not ours, to prove the tests themselves: systemd's own program, which frees most
 * stacks, and one that switches off at once, after which the disks must be found dirty and the keys in RAM.
 */
import { chmod, copyFile, mkdir, rename, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { built } from './build-cache.ts';
import { packArchive } from './cpio-archive.ts';
import { unpackedPackages } from './debian-archive.ts';

/** An uncompressed cpio archive with systemd-shutdown of the guests' release as `/shutdown`. */
export async function systemdExitrd(): Promise<string> {
  const packages = [
    'systemd-standalone-shutdown',
    'libc6',
    'libmount1',
    'libblkid1',
    'libselinux1',
  ];
  const names = [...packages, 'libpcre2-8-0', 'libcap2'].map((name) => new RegExp(`^${name}$`));
  const root = await unpackedPackages('systemd-shutdown', names, async (directory) => {
    for (const name of ['bin', 'sbin', 'lib', 'lib64']) {
      await symlink(`usr/${name}`, join(directory, name));
    }
    await rename(join(directory, 'usr/lib/systemd/systemd-shutdown'), join(directory, 'shutdown'));
    await mkdir(join(directory, 'etc'), { recursive: true });
    // Without it systemd-shutdown would look for an exitrd once more.
    await writeFile(join(directory, 'etc/initrd-release'), '');
  });
  return await packedOnce('systemd-exitrd', root);
}

/** Nothing is lost, and nothing unmounted or closed. */
export async function abruptExitrd(): Promise<string> {
  const root = await built('abrupt-root', { layout: 2 }, async (directory) => {
    await mkdir(join(directory, 'bin'));
    await copyFile('/bin/busybox', join(directory, 'bin/busybox'));
    const lines = ['#!/bin/busybox sh', '/bin/busybox sync', 'exec /bin/busybox poweroff -n -f'];
    await writeFile(join(directory, 'shutdown'), `${lines.join('\n')}\n`);
    await chmod(join(directory, 'shutdown'), 0o755);
  });
  return await packedOnce('abrupt-exitrd', root);
}

async function packedOnce(name: string, root: string): Promise<string> {
  const directory = await built(name, { root, layout: 1 }, async (directory) => {
    await packArchive(root, join(directory, 'exitrd.cpio'));
  });
  return join(directory, 'exitrd.cpio');
}
