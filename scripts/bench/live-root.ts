/** The root of a small Debian live system, in a directory, made once and cached. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { built } from '../../test/support/build-cache.ts';
import { archiveSource, guestRelease } from '../../test/support/debian-archive.ts';

const packages = [
  ['systemd', 'systemd-sysv', 'udev', 'dbus', 'kmod', 'procps', 'linux-image-amd64'],
  ['live-boot', 'live-boot-initramfs-tools', 'initramfs-tools', 'busybox-static', 'memlockd'],
  ['cryptsetup-bin', 'dmsetup', 'eject', 'libatomic1', 'libstdc++6', 'zstd'],
].flat();

export interface LiveRoot {
  readonly directory: string;
  /** Below /usr/lib/modules and in the names in /boot. */
  readonly kernelRelease: string;
}

export async function liveRoot(): Promise<LiveRoot> {
  const recipe = { guestRelease, packages, layout: 1 };
  const cached = await built('bench-live-root', recipe, async (directory) => {
    const words = [
      '--variant=minbase',
      '--format=directory',
      `--include=${packages.join(',')}`,
      '--aptopt=Apt::Install-Recommends "false"',
      guestRelease,
      join(directory, 'root'),
      await archiveSource(),
    ];
    await execa('mmdebstrap', words, { env: { TMPDIR: directory } });
  });
  const directory = join(cached, 'root');
  const [kernelRelease = ''] = await readdir(join(directory, 'usr/lib/modules'));
  return { directory, kernelRelease };
}
