/**
 * A Debian of the guests' release on two disks: ext4 and swap on LVM on LUKS2 on RAID1. It is made once
 * and cached; what is started on it writes to overlays of its own.
 */
import { readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { built } from './build-cache.ts';
import { archiveSource, guestRelease } from './debian-archive.ts';
import { inspectDisks, start } from './short-machine.ts';
import { makeDisks } from './stack-disks.ts';
import type { Disk } from './virtual-machine.ts';

export interface DebianRoot {
  readonly kernel: string;
  readonly initrd: string;
  readonly tarball: string;
}

const packages = [
  ['systemd', 'systemd-sysv', 'udev', 'dbus', 'kmod', 'procps'],
  ['linux-image-cloud-amd64', 'initramfs-tools', 'busybox-static', 'e2fsprogs'],
  ['cryptsetup', 'cryptsetup-initramfs', 'lvm2', 'mdadm', 'libatomic1', 'libstdc++6'],
].flat();

const unneeded = ['man', 'locale', 'doc', 'info'];

/** The tree as a tar archive, and what of it is needed to start it. */
export async function debianRoot(): Promise<DebianRoot> {
  const guest = join(import.meta.dirname, 'guest');
  const [setUp, names] = await Promise.all(
    ['debian-root', 'debian-names'].map(async (name) => await readFile(join(guest, name), 'utf8')),
  );
  const recipe = { guestRelease, packages, unneeded, setUp, names, layout: 2 };
  const directory = await built('debian-root', recipe, async (directory) => {
    const words = [
      '--variant=minbase',
      `--include=${packages.join(',')}`,
      '--aptopt=Apt::Install-Recommends "false"',
      ...unneeded.map((name) => `--dpkgopt=path-exclude=/usr/share/${name}/*`),
      `--customize-hook=sh ${join(guest, 'debian-root')} "$1"`,
      guestRelease,
      join(directory, 'root.tar'),
      await archiveSource(),
    ];
    await execa('mmdebstrap', words, { env: { TMPDIR: directory } });
    const boot = ['./boot/vmlinuz-*', './boot/initrd.img-*'];
    const extract = ['-C', directory, '--strip-components=2', '--wildcards', ...boot];
    await execa('tar', ['-xf', join(directory, 'root.tar'), ...extract]);
    for (const file of await readdir(directory)) {
      const name = /^(vmlinuz|initrd\.img)-/.exec(file)?.[1];
      if (name !== undefined) await rename(join(directory, file), join(directory, name));
    }
  });
  return {
    kernel: join(directory, 'vmlinuz'),
    initrd: join(directory, 'initrd.img'),
    tarball: join(directory, 'root.tar'),
  };
}

export interface DebianDisks {
  /** With D1 and D2, raw and not to be written to. */
  readonly directory: string;
  /** Of the LUKS device below all that is stored, as lower-case hex. */
  readonly volumeKey: string;
}

export async function debianDisks(root: DebianRoot): Promise<DebianDisks> {
  const stack = await readFile(join(import.meta.dirname, 'guest/stack/debian'), 'utf8');
  const directory = await built('debian-disks', { root, stack, layout: 2 }, async (directory) => {
    const disks = await makeDisks(directory, 1200);
    const tarball: Disk = {
      path: root.tarball,
      format: 'raw',
      serial: 'tarball',
      writes: 'refused',
    };
    await using machine = await start(disks, 'kept', 'debian', 'mode=fill', [tarball]);
    await machine.waitForEnd(600);
    await machine.quit();
    const { keys } = await inspectDisks('debian', disks);
    await writeFile(join(directory, 'volume-key'), keys.join('\n'));
  });
  return { directory, volumeKey: await readFile(join(directory, 'volume-key'), 'utf8') };
}
