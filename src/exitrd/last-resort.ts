/**
 * What is off unless configured: detaching mounts that are in use, and taking the ground from devices that are. Only
 * when everything else was tried, and only where nothing is lost that could still be written: what is on it was
 * flushed, or its device is gone.
 */
import type { TeardownPlan, TeardownStep } from '../plan/plan.ts';
import type { Settings } from '../settings/settings.ts';
import type { Snapshot } from '../snapshot/snapshot.ts';
import type { Budget } from './budget.ts';
import { isCutOff } from './cut-off.ts';
import type { Run } from './execute-plan.ts';
import type { Flushed } from './flush-file-systems.ts';
import type { Journal } from './journal.ts';
import { dmsetupWords, unmountCommand } from './step-command.ts';

const deadline = 5_000;

/** True when anything was done, so that another try is worth it. */
export async function takeLastResorts(
  allowed: Settings['lastResort'],
  snapshot: Snapshot,
  plan: TeardownPlan,
  flushed: Flushed,
  budget: Budget,
  run: Run,
  journal: Journal,
): Promise<boolean> {
  let isAnythingDone = false;
  for (const { step, command } of lastResorts(allowed, snapshot, plan, flushed)) {
    const { ok, reason } = await run(command, budget.patient(deadline, deadline / 5));
    isAnythingDone ||= ok;
    if (ok) journal.warn(`${step.id}: forced`);
    else journal.warn(`${step.id}: force: ${reason}`);
  }
  return isAnythingDone;
}

interface LastResort {
  readonly step: TeardownStep;
  readonly command: readonly [string, ...string[]];
}

/** In the order of the plan, the uppermost first. Pure but for the look at which devices are gone. */
export function lastResorts(
  { lazyUnmount, errorTable }: Settings['lastResort'],
  snapshot: Snapshot,
  plan: TeardownPlan,
  flushed: Flushed,
  isGone = isCutOff,
): readonly LastResort[] {
  const names = new Map(snapshot.devices.map(({ devnum, name }) => [devnum, name]));
  const isSaved = (step: TeardownStep): boolean => {
    if (step.kind !== 'unmount' || step.lazy) return true;
    // One in memory has to be emptied, for which it must be seen; so has the branch of an overlay.
    if (step.devnum.startsWith('0:') && step.fstype !== 'btrfs') return false;
    if (flushed.mountIds.has(step.mountId)) return true;
    const device = names.get(step.devnum);
    return device !== undefined && isGone(device);
  };
  const unsaved = new Set<string>();
  const resorts: LastResort[] = [];
  for (const step of plan.waves.flat()) {
    if (!isSaved(step) || step.needs.some((id) => unsaved.has(id))) {
      unsaved.add(step.id);
      continue;
    }
    if (step.kind === 'unmount' && !step.lazy && lazyUnmount) {
      resorts.push({ step, command: unmountCommand([step.target], true) });
    }
    // What is mounted nowhere any more may be on it too.
    if (step.kind === 'remove-dm' && errorTable && (flushed.everything || isGone(step.device))) {
      const words = dmsetupWords('wipe_table', '--noflush', '--nolockfs');
      resorts.push({ step, command: [...words, step.name] });
    }
  }
  return resorts;
}
