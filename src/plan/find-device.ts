import { plainName } from '../snapshot/parse-device-mapper-table.ts';
import type { BlockDevice, MountPoint } from '../snapshot/snapshot.ts';
import { withoutDeletedMark } from './path.ts';
import type { SnapshotIndex } from './snapshot-index.ts';

/**
 * The block device a path names, going by its last words only, because a pivot rewrites the rest:
 * `/oldroot/dev/dm-1`, `/mapper/vg0-swap`, `/dev/vg0/swap`, `/cciss/c0d0p1`.
 */
export function findDeviceByPath(index: SnapshotIndex, path: string): BlockDevice | undefined {
  const words = withoutDeletedMark(path).split('/');
  const last = words.at(-1) ?? '';
  const before = words.at(-2) ?? '';
  const mapper = (name: string) =>
    index.deviceByMapperName.get(name) ?? index.deviceByPlainName.get(plainName(name));
  if (before === 'mapper') return mapper(last);
  return (
    (before === '' ? undefined : mapper(`${doubled(before)}-${doubled(last)}`)) ??
    index.deviceByName.get(last) ??
    index.deviceByName.get(`${before}!${last}`) ??
    mapper(last)
  );
}

/** LVM doubles a hyphen within the names it joins with one (lvm(8), VALID NAMES). */
function doubled(name: string): string {
  return name.replaceAll('-', '--');
}

/**
 * The devices a file system is on. One with a number of its own (btrfs, overlay) is found by its
 * source; a btrfs that cannot be told apart gets the devices of all of them.
 */
export function devicesOfMount(index: SnapshotIndex, mount: MountPoint): readonly BlockDevice[] {
  const own = index.deviceByNumber.get(mount.devnum);
  const main = own === undefined ? devicesOfSource(index, mount) : [own];
  return [...new Set([...main, ...btrfsDevices(index, mount, main), ...sideDevices(index, mount)])];
}

function devicesOfSource(index: SnapshotIndex, { source }: MountPoint): readonly BlockDevice[] {
  return source
    .split(':')
    .filter((part) => part.startsWith('/dev/'))
    .map((part) => findDeviceByPath(index, part))
    .filter((device) => device !== undefined);
}

function btrfsDevices(
  index: SnapshotIndex,
  mount: MountPoint,
  main: readonly BlockDevice[],
): readonly BlockDevice[] {
  if (mount.fstype !== 'btrfs') return [];
  const names = main.map(({ name }) => name);
  const own = index.multiDevices.filter(({ devices }) =>
    devices.some((name) => names.includes(name)),
  );
  return (own.length > 0 ? own : index.multiDevices)
    .flatMap(({ devices }) => devices)
    .map((name) => index.deviceByName.get(name))
    .filter((device) => device !== undefined);
}

/** A journal or a real-time section elsewhere: xfs(5), ext4(5). */
function sideDevices(index: SnapshotIndex, mount: MountPoint): readonly BlockDevice[] {
  return mount.superOptions
    .split(',')
    .map((option) => /^(?:logdev|rtdev|journal_path)=(.+)$/.exec(option)?.[1])
    .map((path) => (path === undefined ? undefined : findDeviceByPath(index, path)))
    .filter((device) => device !== undefined);
}
