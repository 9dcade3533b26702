/**
 * A Debian live system of the guests' release: a root made by mmdebstrap with live-boot, as the squashfs
 * that lies on its medium. Made once and cached.
 */
import { readdir, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { built } from './build-cache.ts';
import { archiveSource, guestRelease } from './debian-archive.ts';

export interface LiveRoot {
  readonly kernel: string;
  readonly initrd: string;
  readonly tarball: string;
  readonly squashfs: string;
  /** The content of its /usr/share/marker, which is random. */
  readonly marker: string;
}

const packages = [
  ['systemd', 'systemd-sysv', 'udev', 'dbus', 'kmod', 'procps', 'perl-base', 'eject', 'memlockd'],
  // Debian's kernel for virtual machines knows no USB.
  ['linux-image-amd64', 'initramfs-tools', 'busybox-static', 'lz4', 'xz-utils', 'e2fsprogs'],
  ['live-boot', 'live-boot-initramfs-tools'],
  ['cryptsetup', 'lvm2', 'mdadm', 'dmsetup', 'libatomic1', 'libstdc++6'],
].flat();

const unneeded = [
  ...['man', 'locale', 'doc', 'info'].map((name) => `/usr/share/${name}/*`),
  ...['gpu', 'net', 'media', 'infiniband', 'staging', 'iio', 'isdn', 'hwmon', 'mtd', 'platform']
    .concat('bluetooth', 'comedi', 'accel', 'video', 'crypto', 'edac', 'power', 'mfd', 'leds')
    .map((name) => `/usr/lib/modules/*/kernel/drivers/${name}/*`),
  '/usr/lib/modules/*/kernel/sound/*',
];

export async function liveRoot(): Promise<LiveRoot> {
  const script = join(import.meta.dirname, 'guest/live-root');
  const setUp = await readFile(script, 'utf8');
  const recipe = { guestRelease, packages, unneeded, setUp, layout: 1 };
  const directory = await built('live-root', recipe, async (directory) => {
    const tarball = join(directory, 'root.tar');
    const words = [
      '--variant=minbase',
      `--include=${packages.join(',')}`,
      '--aptopt=Apt::Install-Recommends "false"',
      ...unneeded.map((path) => `--dpkgopt=path-exclude=${path}`),
      `--customize-hook=sh ${script} "$1"`,
      guestRelease,
      tarball,
      await archiveSource(),
    ];
    await execa('mmdebstrap', words, { env: { TMPDIR: directory } });
    const wanted = ['./boot/vmlinuz-*', './boot/initrd.img-*', './usr/share/marker'];
    const flat = ['--transform=s,.*/,,', '--wildcards', ...wanted];
    await execa('tar', ['-xf', tarball, '-C', directory, ...flat]);
    for (const file of await readdir(directory)) {
      const name = /^(vmlinuz|initrd\.img)-/.exec(file)?.[1];
      if (name !== undefined) await rename(join(directory, file), join(directory, name));
    }
    await makeSquashfs(tarball, join(directory, 'filesystem.squashfs'), ['boot']);
  });
  return {
    kernel: join(directory, 'vmlinuz'),
    initrd: join(directory, 'initrd.img'),
    tarball: join(directory, 'root.tar'),
    squashfs: join(directory, 'filesystem.squashfs'),
    marker: join(directory, 'marker'),
  };
}

/** lz4, for the guest's processor is slow. */
export async function makeSquashfs(
  tarball: string,
  squashfs: string,
  excluded: readonly string[] = [],
): Promise<void> {
  const words = ['-comp', 'lz4', '-quiet', '-no-progress', squashfs, ...excluded];
  await execa('sqfstar', words, { inputFile: tarball });
}
