/**
 * Ends what would keep an unmount waiting for what does not come: before the first round, and again when a round got
 * nowhere. Nothing is touched that works.
 */
import type { Snapshot } from '../snapshot/snapshot.ts';
import type { Budget } from './budget.ts';
import { isCutOff } from './cut-off.ts';
import type { Run } from './execute-plan.ts';
import type { Journal } from './journal.ts';
import { passOnErrors } from './pass-on-errors.ts';
import { cutSilentDisks } from './silent-disks.ts';
import { failSilentServers } from './silent-servers.ts';

/** What cannot take any more what was still to be written to it, each with why: `nbd0: its server does not answer`. */
export async function endWaits(
  snapshot: Snapshot,
  budget: Budget,
  run: Run,
  journal: Journal,
): Promise<readonly string[]> {
  const ended = await Promise.all([
    cutSilentDisks(snapshot, budget, run),
    failSilentServers(snapshot, budget, run),
    passOnErrors(snapshot, budget, run, journal),
  ]);
  const given = [...ended.flat(), ...lostArrays(snapshot)];
  for (const reason of given) journal.warn(`${reason}; what was still to be written to it is lost`);
  return given;
}

/** Their disks answer nothing, so nothing waits for them; one that never ran has taken nothing either. */
function lostArrays({ devices }: Snapshot): readonly string[] {
  return devices
    .filter(({ name, md }) => md !== undefined && !idleStates.has(md.arrayState) && isCutOff(name))
    .map(({ name }) => `${name}: its disks are gone`);
}

const idleStates: ReadonlySet<string> = new Set(['clear', 'inactive']);
