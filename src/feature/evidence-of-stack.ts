/** What the stack of a running machine says it needs. Pure. */
import { classifyDevice } from '../plan/classify-device.ts';
import type { BlockDevice, Snapshot } from '../snapshot/snapshot.ts';
import type { Evidence } from './evidence.ts';

/** What a snapshot does not hold. */
interface TransportFacts {
  /** Names in /sys/class/iscsi_session. */
  readonly iscsiSessions: readonly string[];
  /** Names in /proc/spl/kstat/zfs that are pools. */
  readonly pools: readonly string[];
}

export type StackFacts = Snapshot & TransportFacts;

export function evidenceOfStack(stack: StackFacts): readonly Evidence[] {
  return [
    ...stack.devices.flatMap((device) => {
      const feature = featureOfBlockDevice(device);
      const name = device.dm === undefined ? device.name : `${device.name} (${device.dm.name})`;
      return feature === undefined ? [] : [{ feature, because: `the machine has ${name}` }];
    }),
    ...stack.mounts.flatMap(({ fstype, target }) => {
      const feature = /^(?:btrfs|nfs|zfs)/.exec(fstype)?.[0];
      return feature === undefined
        ? []
        : [{ feature, because: `${fstype} is mounted at ${target}` }];
    }),
    ...stack.iscsiSessions.map((name) => ({
      feature: 'iscsi',
      because: `the machine has ${name}`,
    })),
    ...stack.pools.map((name) => ({ feature: 'zfs', because: `the machine has pool ${name}` })),
  ];
}

function featureOfBlockDevice(device: BlockDevice): string | undefined {
  const transport = /^(?:nbd|bcache|zd)(?=\d)/.exec(device.name)?.[0];
  if (transport !== undefined) return transport === 'zd' ? 'zfs' : transport;
  const teardown = classifyDevice(device);
  switch (teardown?.kind) {
    case 'close-crypt':
      return 'crypt';
    case 'stop-md':
      return 'md';
    case 'remove-dm':
      return featureOfLayer[teardown.layer];
    default:
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
