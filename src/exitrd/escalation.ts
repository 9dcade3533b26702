/**
 * How hard each step that fails has been tried: first whoever holds it is killed (storage daemons last),
 * then it is moved aside, then it is tried once more, since some users of a device are brief.
 */
import type { TeardownStep } from '../plan/plan.ts';
import type { Snapshot } from '../snapshot/snapshot.ts';
import { describeBlocker, holdersOfStep, type Blocker } from './blockers.ts';
import type { Journal } from './journal.ts';
import { subjectOf } from './step-subject.ts';
import { findSurvivors, killSurvivors, type Survivor } from './survivors.ts';

export interface Escalation {
  /** Where each step begins. */
  readonly begin: number;
  /** How hard it has been tried, by what a step works on. */
  readonly rungs: Map<string, number>;
  busy: readonly string[];
  readonly killed: Survivor[];
  readonly blockers: Blocker[];
}

/** Where a teardown begins that follows another: who holds something was killed, the rest is one more try. */
export const lastRung = 4;
const mostRungs = 5;
const pauseMilliseconds = 200;

/** One rung up for each step that is stuck; false when none has one left. */
export async function escalate(
  escalation: Escalation,
  stuck: readonly TeardownStep[],
  snapshot: Snapshot,
  journal: Journal,
): Promise<boolean> {
  const climbed = Map.groupBy(stuck, (step) => climb(escalation, subjectOf(step)));
  // Something came back in place of what went.
  const rungs = stuck.length > 0 ? [...climbed.keys()] : [climb(escalation, '')];
  const stubborn = climbed.get(2) ?? [];
  const held = [...(climbed.get(1) ?? []), ...stubborn];
  if (held.length > 0) await killHolders(held, stubborn, escalation, snapshot, journal);
  const busy = (climbed.get(3) ?? []).flatMap((step) =>
    step.kind === 'unmount' ? [step.target] : [],
  );
  if (busy.length > 0) escalation.busy = [...escalation.busy, ...busy];
  if (rungs.some((rung) => rung > 3 && rung <= mostRungs)) {
    await new Promise((resolve) => setTimeout(resolve, pauseMilliseconds));
  }
  return rungs.some((rung) => rung <= mostRungs);
}

function climb({ begin, rungs }: Escalation, subject: string): number {
  const rung = (rungs.get(subject) ?? begin) + 1;
  rungs.set(subject, rung);
  return rung;
}

/** @param stubborn those of the steps for which storage daemons are killed too. */
async function killHolders(
  steps: readonly TeardownStep[],
  stubborn: readonly TeardownStep[],
  { killed, blockers }: Escalation,
  snapshot: Snapshot,
  journal: Journal,
): Promise<void> {
  const survivors = await findSurvivors();
  const gentle = survivors.filter(({ storageDaemon }) => !storageDaemon);
  const found = steps.flatMap((step) =>
    holdersOfStep(step, snapshot, stubborn.includes(step) ? survivors : gentle),
  );
  for (const { blocker } of found) journal.detail(`${describeBlocker(blocker)}: killed`);
  // In a detached mount, or by a way that is not shown, any may be it: they end with the machine anyway.
  const unnamed = stubborn.length > 0 ? gentle : [];
  const doomed = [...new Set([...found.map(({ survivor }) => survivor), ...unnamed])];
  for (const { name } of await killSurvivors(doomed)) journal.detail(`${name}: does not die`);
  blockers.push(...found.map(({ blocker }) => blocker));
  killed.push(...doomed);
}
