/**
 * Rounds of snapshot, plan and execution, as long as a round makes progress. When one does not, the
 * next is harder on each step that failed: first whoever holds what is stuck is killed (storage daemons
 * last), then what is in the way is moved aside, then it is tried once more, since some users of a device
 * are brief. A round does not wait for slow steps when others have failed.
 */
import type { TeardownPlan } from '../plan/plan.ts';
import { planTeardown } from '../plan/plan-teardown.ts';
import type { Snapshot } from '../snapshot/snapshot.ts';
import type { FactSource } from '../snapshot/fact-source.ts';
import { takeSnapshot } from '../snapshot/take-snapshot.ts';
import { nameBlockers, type Blocker } from './blockers.ts';
import type { Budget } from './budget.ts';
import { continueStopped } from './continue-stopped.ts';
import { endReencryption } from './end-reencryption.ts';
import { endWaits } from './end-waits.ts';
import { escalate, type Escalation } from './escalation.ts';
import { startExecutor, type Run, type StepOutcome } from './execute-plan.ts';
import { explainFailure } from './explain-failure.ts';
import { findBlockerFacts } from './find-blockers.ts';
import type { Journal } from './journal.ts';
import { untrue } from './perform-step.ts';
import { resumeSuspended } from './resume-suspended.ts';
import { subjectOf } from './step-subject.ts';
import type { Survivor } from './survivors.ts';
import { thawFrozen } from './thaw-frozen.ts';
import { commandsOfStep } from './step-command.ts';

export interface Teardown {
  readonly rounds: number;
  readonly first: Snapshot;
  readonly last: Snapshot;
  /** What the last snapshot would still need: empty when all is down. */
  readonly left: TeardownPlan;
  /** The failures of the last round. */
  readonly failures: readonly StepOutcome[];
  readonly killed: readonly Survivor[];
  /** Who stood in the way of a step, those that were killed for it among them. */
  readonly blockers: readonly Blocker[];
  /** What could not take any more what was still to be written, each with why. */
  readonly lost: readonly string[];
}

export const oldRoot = '/oldroot';
const asideDirectory = '/mnt';

const mdmon = '/usr/sbin/mdmon';
const mostRounds = 200;

/** @param rung how hard it has been tried before. */
export async function tearDown(
  source: FactSource,
  budget: Budget,
  run: Run,
  journal: Journal,
  neverMove: readonly string[],
  rung = 0,
): Promise<Teardown> {
  const options = { oldRoot, asideDirectory, neverMove };
  const escalation: Escalation = {
    begin: rung,
    rungs: new Map(),
    busy: [],
    killed: [],
    blockers: [],
  };
  const distrusted = new Set<string>();
  const executor = startExecutor(budget, without(distrusted, run), (outcome) => {
    journal.detail(describeOutcome(outcome));
  });
  const found = await takeSnapshot(source);
  continueStopped(journal);
  const ended =
    rung === 0
      ? await endReencryption(found, () => takeSnapshot(source), budget, run, journal)
      : { snapshot: found, lost: [] };
  const first = ended.snapshot;
  await takeOverArrays(first, budget, run);
  // In a later teardown the suspended ones are those that we have suspended.
  if (rung === 0) await resumeSuspended(first, budget, run, journal);
  const lost = new Set([...ended.lost, ...(await endWaits(first, budget, run, journal))]);
  // Which writes to them.
  if (rung === 0) await thawFrozen(first, oldRoot, budget, run, journal);
  let last = first;
  let failures: readonly StepOutcome[] = [];
  let rounds = 0;
  let allowed = mostRounds;
  let plan = planTeardown(last, options);
  while (plan.waves.length > 0 && rounds < allowed && budget.deadline(1) > 0) {
    rounds += 1;
    const outcomes = await executor.execute(plan);
    failures = outcomes
      .filter(({ result }) => result === 'failed')
      .map((outcome) => explainFailure(outcome, options));
    last = await takeSnapshot(source);
    if (rung === 0) await resumeSuspended(last, budget, run, journal);
    const before = plan;
    plan = planTeardown(last, { ...options, busy: escalation.busy });
    if (isProgress(before, plan)) continue;
    // A disk that is written to may be slow to answer, and not dead.
    if (executor.isIdle()) {
      for (const reason of await endWaits(last, budget, run, journal)) lost.add(reason);
    }
    const untold = notDone(outcomes, plan);
    for (const [program] of untold.flatMap(({ step }) => commandsOfStep(step)))
      distrusted.add(program);
    failures = [...failures, ...untold];
    if (await escalate(escalation, stuckSteps(outcomes, plan), last, journal)) {
      plan = planTeardown(last, { ...options, busy: escalation.busy });
    } else if (await executor.wait()) {
      // Of these there are as many as there are slow steps.
      allowed += 1;
      last = await takeSnapshot(source);
      plan = planTeardown(last, { ...options, busy: escalation.busy });
    } else break;
  }
  if (await executor.finish()) {
    last = await takeSnapshot(source);
    plan = planTeardown(last, options);
  }
  const left = plan.waves.length === 0 ? plan : planTeardown(last, options);
  const { killed, blockers } = escalation;
  if (left.waves.length > 0) {
    blockers.push(...nameBlockers(left, failures, last, await findBlockerFacts()));
  }
  return { rounds, first, last, left, failures, killed, blockers, lost: [...lost] };
}

/** Ids, in the order of the plan. */
export function stepsLeft({ left }: Teardown): readonly string[] {
  return left.waves.flat().map(({ id }) => id);
}

/**
 * The monitor of an array with external metadata runs from the old root and holds it; a new one is
 * started from here, which the old one gives way to (mdmon(8), `--takeover`).
 */
async function takeOverArrays(snapshot: Snapshot, budget: Budget, run: Run): Promise<void> {
  const external = snapshot.devices.some(({ md }) => md?.metadataVersion.startsWith('external:'));
  if (external) await run([mdmon, '--takeover', '--all', '--offroot'], budget.deadline(5_000));
}

/** Unmounts that were reported as done, with all that is mounted still there. */
function notDone(outcomes: readonly StepOutcome[], after: TeardownPlan): readonly StepOutcome[] {
  const still = new Set(after.waves.flat().map(({ id }) => id));
  return outcomes
    .filter(
      ({ step, result }) => step.kind === 'unmount' && result === 'done' && still.has(step.id),
    )
    .map(({ step }) => ({ step, result: 'failed', reason: `${untrue}, it is still mounted` }));
}

/** Tools that were found out fail, so that what stands in for them is tried. */
function without(distrusted: ReadonlySet<string>, run: Run): Run {
  return async (command, deadline, variables, idle) =>
    distrusted.has(command[0])
      ? { ok: false, reason: `${untrue} and does nothing: ${command[0]}`, stdout: '', stderr: '' }
      : await run(command, deadline, variables, idle);
}

/** Exit statuses can lie (a lazy unmount, a loop device that only promises to go): facts cannot. */
function isProgress(before: TeardownPlan, after: TeardownPlan): boolean {
  return before.waves.flat().length > after.waves.flat().length;
}

/** Those that failed, and those that seem done although what they work on is still there. */
function stuckSteps(outcomes: readonly StepOutcome[], after: TeardownPlan) {
  const there = new Set(after.waves.flat().map(subjectOf));
  return outcomes
    .filter(({ result }) => result !== 'skipped')
    .filter(({ result, step }) => result === 'failed' || there.has(subjectOf(step)))
    .map(({ step }) => step);
}

function describeOutcome({ step, result, reason }: StepOutcome): string {
  return result === 'done' ? step.id : `${step.id}: ${result}: ${reason}`;
}
