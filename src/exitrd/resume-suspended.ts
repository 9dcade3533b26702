/**
 * Devices that somebody suspended and left so: whatever is written to one waits for ever. Resuming is safe: a
 * crypt device whose key was wiped refuses it (crypt_preresume() in drivers/md/dm-crypt.c), and where another table
 * was loaded it takes effect, which is what whoever loaded it wanted (dmsetup(8)). Only where a volume is being
 * reencrypted it is not.
 */
import type { BlockDevice, Snapshot } from '../snapshot/snapshot.ts';
import type { Budget } from './budget.ts';
import { belongsToReencryption } from './end-reencryption.ts';
import type { Run } from './execute-plan.ts';
import type { Journal } from './journal.ts';
import { dmsetupWords } from './step-command.ts';

const deadline = 3_000;

/** One after the other, the lowest first, since to resume a device may read those below it. */
export async function resumeSuspended(
  snapshot: Snapshot,
  budget: Budget,
  run: Run,
  journal: Journal,
): Promise<void> {
  for (const { dm } of lowestFirst(snapshot.devices)) {
    if (dm?.suspended !== true || belongsToReencryption(dm)) continue;
    const { ok, reason } = await run(
      [...dmsetupWords('resume'), dm.name],
      budget.deadline(deadline),
    );
    if (ok) journal.detail(`resume ${dm.name}, which was suspended`);
    else journal.warn(`resume ${dm.name}: ${reason}`);
  }
}

/** Each device after those that it is made of. Pure. */
function lowestFirst(devices: readonly BlockDevice[]): readonly BlockDevice[] {
  const byName = new Map(devices.map((device) => [device.name, device]));
  const ordered = new Set<BlockDevice>();
  const way = new Set<string>();
  const visit = (name: string) => {
    const device = byName.get(name);
    if (device === undefined || way.has(name)) return;
    way.add(name);
    for (const below of [...device.slaves, device.partitionOf ?? '']) visit(below);
    ordered.add(device);
  };
  for (const { name } of devices) visit(name);
  return [...ordered];
}
