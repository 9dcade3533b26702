/** The root of a small Debian live system, in a directory, made once and cached. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { directoryRoot } from '../../test/support/directory-root.ts';

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
  const directory = await directoryRoot('bench-live-root', packages);
  const [kernelRelease = ''] = await readdir(join(directory, 'usr/lib/modules'));
  return { directory, kernelRelease };
}
