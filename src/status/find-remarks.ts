/** What else decides whether secrets survive this machine: memory that is freed, swap, hibernation. Pure. */
import type { BlockDevice, Snapshot } from '../snapshot/snapshot.ts';
import { findDeviceByPath } from '../plan/find-device.ts';
import { classifyDevice } from '../plan/classify-device.ts';
import { indexSnapshot } from '../plan/snapshot-index.ts';
import type { StatusFacts } from './status-facts.ts';

export interface Remark {
  readonly topic: 'freed-memory' | 'swap' | 'hibernation' | 'firmware' | 'rights' | 'dm-tables';
  readonly isWarning: boolean;
  readonly text: string;
}

export function findRemarks(facts: StatusFacts): readonly Remark[] {
  return [
    freedMemory(facts),
    ...plainSwap(facts.snapshot),
    ...hibernation(facts),
    ...firmware(facts),
    ...rights(facts),
  ];
}

function freedMemory({ freed }: StatusFacts): Remark {
  const words = {
    zeroed: 'the kernel zeroes memory that is freed',
    poisoned: 'the kernel overwrites memory that is freed with a pattern',
    kept: 'the kernel keeps what was in memory that is freed: start it with init_on_free=1',
    unknown: 'whether the kernel erases memory that is freed cannot be told',
  } as const;
  const isWarning = freed === 'kept' || freed === 'unknown';
  return { topic: 'freed-memory', isWarning, text: words[freed] };
}

function plainSwap(snapshot: Snapshot): readonly Remark[] {
  const index = indexSnapshot(snapshot);
  return snapshot.swaps.flatMap(({ path, kind }): readonly Remark[] => {
    const device = kind === 'partition' ? findDeviceByPath(index, path) : undefined;
    if (device === undefined || isInMemory(device) || isEncrypted(snapshot, device)) return [];
    const text = `swap on ${device.name} is not encrypted: what is swapped out stays on its disk`;
    return [{ topic: 'swap', isWarning: true, text }];
  });
}

function hibernation({ resumeDevice, snapshot }: StatusFacts): readonly Remark[] {
  if (resumeDevice === '0:0') return [];
  const device = snapshot.devices.find(({ devnum }) => devnum === resumeDevice);
  const name = device?.name ?? resumeDevice;
  const isSafe = device !== undefined && isEncrypted(snapshot, device);
  return [
    {
      topic: 'hibernation',
      isWarning: !isSafe,
      text: isSafe
        ? `hibernation writes memory to ${name}, which is encrypted`
        : `hibernation would write memory and all keys to ${name}, which is not encrypted`,
    },
  ];
}

function firmware({ overwriteRequest }: StatusFacts): readonly Remark[] {
  if (overwriteRequest === undefined) return [];
  return [
    {
      topic: 'firmware',
      isWarning: false,
      text: overwriteRequest
        ? 'the firmware is asked to clear memory at the next boot'
        : 'the firmware is not asked to clear memory at the next boot',
    },
  ];
}

function rights({ isRoot, snapshot }: StatusFacts): readonly Remark[] {
  const remarks: Remark[] = [];
  if (!isRoot) {
    const text =
      'not root: keys of other users, tables of device-mapper and the exitrd cannot be read';
    remarks.push({ topic: 'rights', isWarning: true, text });
  } else if (snapshot.devices.some(({ dm }) => dm?.targets.length === 0)) {
    const text = 'tables of device-mapper cannot be read: is dmsetup installed?';
    remarks.push({ topic: 'dm-tables', isWarning: true, text });
  }
  return remarks;
}

/** Itself, or all that is below it. */
function isEncrypted(snapshot: Snapshot, device: BlockDevice): boolean {
  if (classifyDevice(device)?.kind === 'close-crypt') return true;
  const below = device.partitionOf === undefined ? device.slaves : [device.partitionOf];
  return (
    below.length > 0 &&
    below.every((name) => {
      const member = snapshot.devices.find((candidate) => candidate.name === name);
      return member !== undefined && isEncrypted(snapshot, member);
    })
  );
}

function isInMemory({ name }: BlockDevice): boolean {
  return /^(?:zram|ram)\d/.test(name);
}
