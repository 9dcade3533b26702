import type { BlockDevice, MountPoint, Snapshot } from '../snapshot/snapshot.ts';
import { classifyDevice } from './classify-device.ts';
import { classifyFileSystem } from './file-system-class.ts';
import { devicesOfMount, findDeviceByPath } from './find-device.ts';
import { indexSnapshot, type SnapshotIndex } from './snapshot-index.ts';

/**
 * The stack as a tree, what is on top first, as `lsblk -s` shows it: each mount with its devices
 * below it, then swap, then what nothing is on. Kernel interfaces are left out.
 * @param notes what is to be said of mount points and devices, by their names.
 */
export function renderStack(snapshot: Snapshot, notes: Notes = new Map()): string {
  const index = indexSnapshot(snapshot);
  const tops = [...mountTrees(index), ...swapTrees(index)];
  const shown = new Set<BlockDevice>();
  const collect = ({ device, below }: Branch) => {
    if (device !== undefined) shown.add(device);
    below.forEach(collect);
  };
  tops.forEach(collect);
  const idle = index.devices
    .filter((device) => !shown.has(device) && classifyDevice(device) !== undefined)
    .filter(({ holders }) => holders.length === 0)
    .map((device) => ({ text: 'not in use', below: [deviceTree(index, device, [])] }));
  return [...tops, ...idle].map((branch) => `${lines(branch, notes).join('\n')}\n`).join('');
}

type Notes = ReadonlyMap<string, readonly { readonly by: string }[]>;

interface Branch {
  readonly text: string;
  /** The mount point; that of a device is its name. */
  readonly target?: string;
  readonly device?: BlockDevice;
  readonly below: readonly Branch[];
}

function mountTrees(index: SnapshotIndex): readonly Branch[] {
  return index.mounts
    .map(({ mount }) => mount)
    .filter(({ fstype }) => classifyFileSystem(fstype) !== 'interface')
    .map((mount) => ({ mount, devices: devicesOfMount(index, mount) }))
    .toSorted((a, b) => (a.mount.target < b.mount.target ? -1 : 1))
    .map(({ mount, devices }) => ({
      text: describeMount(mount),
      target: mount.target,
      below: devices.map((device) => deviceTree(index, device, [])),
    }));
}

function describeMount({ target, fstype, options }: MountPoint): string {
  return `${target}  ${fstype}${options.split(',').includes('ro') ? ', read-only' : ''}`;
}

function swapTrees(index: SnapshotIndex): readonly Branch[] {
  return index.swaps.map((swap) => {
    const device = swap.kind === 'partition' ? findDeviceByPath(index, swap.path) : undefined;
    return {
      text: `swap  ${swap.path}, ${swap.usedKib} of ${swap.sizeKib} KiB used`,
      below: device === undefined ? [] : [deviceTree(index, device, [])],
    };
  });
}

function deviceTree(
  index: SnapshotIndex,
  device: BlockDevice,
  above: readonly BlockDevice[],
): Branch {
  const names = [...device.slaves, ...(device.partitionOf ? [device.partitionOf] : [])];
  const slaves = names
    .map((name) => index.deviceByName.get(name))
    .filter((slave) => slave !== undefined)
    .filter((slave) => slave !== device && !above.includes(slave));
  return {
    text: describeDevice(device),
    device,
    below: slaves.map((slave) => deviceTree(index, slave, [...above, device])),
  };
}

/** `dm-1  vg0-root, logical volume, 2.0 GiB` */
function describeDevice(device: BlockDevice): string {
  const words = [device.dm?.name, describeKind(device), describeSize(device.sizeSectors)];
  const flags = [device.dm?.suspended ? 'suspended' : undefined];
  const known = [...words, ...flags].filter((word) => word !== undefined);
  return `${device.name}  ${known.join(', ')}`;
}

function describeKind(device: BlockDevice): string {
  const teardown = classifyDevice(device);
  switch (teardown?.kind) {
    case 'close-crypt':
      return 'encrypted, key in memory';
    case 'remove-dm':
      return teardown.layer === 'lvm' || teardown.layer === 'lvm-metadata'
        ? 'logical volume'
        : `device-mapper ${teardown.layer === 'other' ? '' : teardown.layer}`.trim();
    case 'stop-md':
      return `array ${device.md?.level ?? ''} ${device.md?.arrayState ?? ''}`.trim();
    case 'detach-loop':
      return `loop on ${device.loop?.backingFile ?? ''}`;
    case 'stop-bcache':
      return `bcache, ${device.bcache?.state ?? ''}`;
    case 'disconnect-nbd':
      return 'network block device';
    default:
      return device.partitionOf === undefined ? 'disk' : 'partition';
  }
}

function describeSize(sectors: number): string {
  let value = sectors / 2;
  for (const unit of ['KiB', 'MiB', 'GiB', 'TiB']) {
    if (value < 1024 || unit === 'TiB') return `${Number(value.toFixed(1))} ${unit}`;
    value /= 1024;
  }
  return '';
}

function lines({ text, target, device, below }: Branch, notes: Notes): readonly string[] {
  const said = new Set(notes.get(target ?? device?.name ?? '')?.map(({ by }) => by));
  const stem = below.length === 0 ? '    ' : '│   ';
  return [
    text,
    ...[...said].map((note) => `${stem}${note}`),
    ...below.flatMap((branch, i) => {
      const isLast = i === below.length - 1;
      const [head = '', ...rest] = lines(branch, notes);
      return [
        `${isLast ? '└─' : '├─'}${head}`,
        ...rest.map((line) => `${isLast ? '  ' : '│ '}${line}`),
      ];
    }),
  ];
}
