/**
 * All that is taken apart and wiped, in order: hooks, the stack, what is hidden below the root, hooks again, keys of
 * what is left, memory.
 */
import { hasUnknownLayers } from '../plan/union-layers.ts';
import type { Settings } from '../settings/settings.ts';
import { localFactSource } from '../snapshot/local-fact-source.ts';
import type { Budget } from './budget.ts';
import { forgetDirectoryKeys, type ForgottenKey } from './forget-directory-keys.ts';
import { eraseFreedMemory } from './erase-freed-memory.ts';
import { lastRung } from './escalation.ts';
import type { Run } from './execute-plan.ts';
import { collectEnded } from './guard.ts';
import { emptyFirstRoot } from './first-root.ts';
import { flushAndMakeReadOnly } from './flush-file-systems.ts';
import { unmountHiddenMounts } from './hidden-mounts.ts';
import { holdBranches } from './hold-branches.ts';
import type { Journal } from './journal.ts';
import { clearKeyrings } from './keyrings.ts';
import { takeLastResorts } from './last-resort.ts';
import type { Progress } from './progress.ts';
import { releaseMemory } from './release-memory.ts';
import type { Outcome } from './report.ts';
import { runHooks, type HookFacts } from './run-hooks.ts';
import { findSurvivors, killSurvivors } from './survivors.ts';
import { oldRoot, stepsLeft, tearDown, type Teardown } from './tear-down.ts';
import type { Verb } from './verb.ts';
import { wipeCrashKernel } from './wipe-crash-kernel.ts';
import { wipeKeys, type KeyWipe } from './wipe-keys.ts';

export async function goDown(
  verb: Verb,
  settings: Settings,
  budget: Budget,
  run: Run,
  journal: Journal,
  progress: Progress,
): Promise<Outcome> {
  const takeApart = (rung = 0) =>
    tearDown(localFactSource, budget, run, journal, settings.neverMove, rung);
  const hooksAt = (when: 'before-unmount' | 'after-unmount', facts: HookFacts) =>
    runHooks(when, settings.hooks, facts, budget, run, journal);
  const before = await hooksAt('before-unmount', { verb, left: [] });
  const branches = holdBranches();
  let teardown = await takeApart();
  const hidden: string[] = [];
  for (let pass = 0; pass < 2 && mayHideMounts(teardown); pass += 1) {
    const { found, left } = await unmountHiddenMounts(budget, run, journal);
    hidden.splice(0, hidden.length, ...left);
    if (!found) break;
    teardown = joined(teardown, await takeApart());
    if (left.length === 0) break;
  }
  const after = await hooksAt('after-unmount', { verb, left: stepsLeft(teardown) });
  // What held a device may have been a hook's to release.
  if (after.length > 0 && stepsLeft(teardown).length > 0) {
    teardown = joined(teardown, await takeApart(lastRung));
  }
  let wipes: readonly KeyWipe[] = [];
  let directoryKeys: readonly ForgottenKey[] = [];
  if (teardown.left.waves.length > 0) {
    const { last, left } = teardown;
    const flushed = await flushAndMakeReadOnly(last, left, budget, run);
    if (await takeLastResorts(settings.lastResort, last, left, flushed, budget, run, journal)) {
      teardown = joined(teardown, await takeApart(lastRung));
    }
    directoryKeys = await forgetDirectoryKeys(teardown.last, teardown.left, budget, run);
    wipes = await wipeKeys(teardown.last, teardown.left, budget, run);
    teardown = joined(teardown, await takeApart(lastRung));
  }
  await killSurvivors(await findSurvivors());
  collectEnded();
  const keysLeft = await clearKeyrings();
  const crashKernel = await wipeCrashKernel(budget, run);
  const memoryKept = await releaseMemory(branches, budget, run);
  await emptyFirstRoot(budget, run, journal);
  const erasure = await progress.during(
    eraseFreedMemory(settings.freeMemory, budget, run, journal),
  );
  return {
    teardown,
    wipes,
    keysLeft,
    crashKernel,
    directoryKeys,
    memoryKept: [...hidden, ...memoryKept],
    erasure,
    hooks: [...before, ...after],
  };
}

/** Something is held although nothing that is seen holds it, or is made of what is not seen. */
function mayHideMounts({ first, left }: Teardown): boolean {
  return left.waves.length > 0 || hasUnknownLayers(first, oldRoot);
}

function joined(before: Teardown, after: Teardown): Teardown {
  return {
    ...after,
    first: before.first,
    rounds: before.rounds + after.rounds,
    killed: [...before.killed, ...after.killed],
    blockers: [...before.blockers, ...after.blockers],
    lost: [...new Set([...before.lost, ...after.lost])],
  };
}
