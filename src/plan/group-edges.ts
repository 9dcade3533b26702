import type { BlockDevice, DeviceGroup } from '../snapshot/snapshot.ts';
import type { SnapshotIndex } from './snapshot-index.ts';
import {
  edgesTo,
  lookUp,
  type DeviceStackNode,
  type GroupStackNode,
  type StackContext,
  type StackEdge,
} from './stack-node.ts';

/** Whether its devices are below it; those of the others come over it. */
export function isMadeOfDevices({ kind }: DeviceGroup): boolean {
  return kind === 'bcache-set' || kind === 'bcache-backing' || kind === 'zfs-pool';
}

/** What must go before, or after, a group of devices is dissolved. */
export function groupEdges(context: StackContext, to: GroupStackNode): readonly StackEdge[] {
  const { index, deviceNodes } = context;
  const { group } = to;
  const members = lookUp(deviceNodes, lookUp(index.deviceByName, group.devices));
  switch (group.kind) {
    case 'iscsi-session':
    case 'nvme-controller':
      return members.map((from): StackEdge => ({ from, to, reason: 'transport' }));
    case 'bcache-set':
      return [
        ...edgesTo(to, members, 'holder'),
        // Its volumes: a cached device has the cache among its slaves.
        ...devicesBy(context, ({ slaves }) => slaves.some((name) => group.devices.includes(name)))
          .filter(({ device }) => /^bcache\d+$/.test(device.name))
          .map((from): StackEdge => ({ from, to, reason: 'holder' })),
      ];
    case 'bcache-backing':
      return edgesTo(to, members, 'holder');
    case 'zfs-pool':
      return poolEdges(context, to);
  }
}

/**
 * Data sets are called after their pool, `tank/home`. Which of several pools a volume (zdN) is in the
 * kernel does not show, nor which devices a pool is made of: any, but for those on such a volume.
 */
function poolEdges(context: StackContext, to: GroupStackNode): readonly StackEdge[] {
  const { index, mountNodes } = context;
  const pools = index.deviceGroups.filter(({ kind }) => kind === 'zfs-pool');
  const ofVolume = pools.length === 1 ? 'holder' : 'caution';
  const dataSets = [...mountNodes.values()].filter(
    ({ node: { mount } }) =>
      mount.fstype === 'zfs' && mount.source.split('/', 1)[0] === to.group.name,
  );
  return [
    ...dataSets.map((from): StackEdge => ({ from, to, reason: 'superblock' })),
    ...devicesBy(context, isVolume).map((from): StackEdge => ({ from, to, reason: ofVolume })),
    ...edgesTo(
      to,
      devicesBy(context, (device) => !isOnVolume(index, device)),
      'caution',
    ),
  ];
}

function devicesBy(
  { deviceNodes }: StackContext,
  isWanted: (device: BlockDevice) => boolean,
): readonly DeviceStackNode[] {
  return [...deviceNodes.values()].filter(({ device }) => isWanted(device));
}

function isVolume({ name }: BlockDevice): boolean {
  return /^zd\d+$/.test(name);
}

function isOnVolume(index: SnapshotIndex, device: BlockDevice): boolean {
  const found = new Set([device]);
  for (const { slaves, partitionOf } of found) {
    for (const below of lookUp(index.deviceByName, [...slaves, partitionOf ?? ''])) {
      found.add(below);
    }
  }
  return [...found].some(isVolume);
}
