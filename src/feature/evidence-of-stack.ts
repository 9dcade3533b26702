/** What the stack of a running machine says it needs. Pure. */
import { classifyDevice } from '../plan/classify-device.ts';
import type { BlockDevice, Snapshot } from '../snapshot/snapshot.ts';
import type { Evidence } from './evidence.ts';

export function evidenceOfStack(stack: Snapshot): readonly Evidence[] {
  return [
    ...stack.devices.flatMap((device) => {
      const feature = featureOfBlockDevice(device);
      const name = device.dm === undefined ? device.name : `${device.name} (${device.dm.name})`;
      return feature === undefined ? [] : [{ feature, because: `the machine has ${name}` }];
    }),
    ...(stack.deviceGroups ?? []).map(({ kind, name }) => ({
      feature: featureOfGroup[kind],
      because: `the machine has ${name} (${kind.replace('-', ' ')})`,
    })),
    ...stack.mounts.flatMap(({ fstype, target }) => {
      const feature = /^(?:btrfs|nfs|zfs)/.exec(fstype)?.[0];
      return feature === undefined
        ? []
        : [{ feature, because: `${fstype} is mounted at ${target}` }];
    }),
  ];
}

function featureOfBlockDevice(device: BlockDevice): string | undefined {
  // A volume of ZFS.
  if (/^zd\d/.test(device.name)) return 'zfs';
  const teardown = classifyDevice(device);
  switch (teardown?.kind) {
    case 'close-crypt':
      return 'crypt';
    case 'stop-md':
      return 'md';
    case 'remove-dm':
      return featureOfLayer[teardown.layer];
    case 'stop-bcache':
      return 'bcache';
    case 'disconnect-nbd':
      return 'nbd';
    case 'detach-loop':
    case undefined:
      return undefined;
  }
}

const featureOfLayer = {
  lvm: 'lvm',
  'lvm-metadata': 'lvm',
  verity: 'verity',
  integrity: 'integrity',
  multipath: 'multipath',
  partition: 'dm',
  other: 'dm',
} as const;

const featureOfGroup = {
  'bcache-set': 'bcache',
  'bcache-backing': 'bcache',
  'zfs-pool': 'zfs',
  'iscsi-session': 'iscsi',
  'nvme-controller': 'nvme-of',
} as const;
