/**
 * Carries out plans: a step is started when those that it waits for have ended, whatever else goes
 * on, so that what is slow delays only what lies below it. Nothing here throws, and nothing waits
 * past a deadline.
 */
import type { TeardownPlan, TeardownStep } from '../plan/plan.ts';
import type { Budget } from './budget.ts';
import { performSteps, type Run, type StepOutcome } from './perform-step.ts';
import { subjectOf } from './step-subject.ts';
import { queueSteps, type StepQueue } from './step-queue.ts';

export type { Run, StepOutcome } from './perform-step.ts';

export interface Executor {
  /**
   * Ends when all steps have; before that, when one has failed and what has not ended waits for slow
   * ones. These go on, and count as started in the plans that follow. Outcomes in the order of the plan.
   */
  execute(plan: TeardownPlan): Promise<readonly StepOutcome[]>;
  /** Until one of the steps that went on has ended; false when there is none. */
  wait(): Promise<boolean>;
  /** Until all of them have; false when there was none. */
  finish(): Promise<boolean>;
}

/** As many children run side by side, beside those that are slow. */
const mostAtOnce = 16;
/** As many unmounts get one child where there are more than places. */
const mostTogether = 32;
/** What takes longer waits for a disk, for a network, or for ever: it keeps nothing else from running. */
const slowMilliseconds = 1_000;

interface Started {
  step: TeardownStep;
  /** Subjects of the steps that need it, of the plan before. */
  neededBy: ReadonlySet<string>;
  isSlow: boolean;
  outcome?: StepOutcome;
}

/** @param tell is called for each step when it has ended, or is skipped. */
export function startExecutor(
  budget: Budget,
  run: Run,
  tell: (outcome: StepOutcome) => void = () => undefined,
): Executor {
  /** By subject, until the end was told to a plan. */
  const started = new Map<string, Started>();
  let change = Promise.withResolvers<void>();
  let children = 0;

  return { execute, wait, finish };

  async function execute(plan: TeardownPlan): Promise<readonly StepOutcome[]> {
    const steps = plan.waves.flat();
    const queue = queueSteps(plan, adopt(steps), tell);
    for (;;) {
      for (const [subject, { step, outcome }] of started) {
        if (outcome === undefined) continue;
        started.delete(subject);
        queue.settle({ ...outcome, step });
      }
      startSteps(queue);
      const going = [...started.values()];
      const mayEnd = queue.hasFailed() && going.every(({ isSlow }) => isSlow);
      if (going.length === 0 || mayEnd) {
        for (const entry of going) entry.neededBy = subjectsThatNeed(entry.step, steps);
        return queue.outcomes();
      }
      await change.promise;
    }
  }

  async function wait(): Promise<boolean> {
    if (started.size === 0) return false;
    while ([...started.values()].every(({ outcome }) => outcome === undefined)) {
      await change.promise;
    }
    return true;
  }

  async function finish(): Promise<boolean> {
    while ([...started.values()].some(({ outcome }) => outcome === undefined)) {
      await change.promise;
    }
    return started.size > 0;
  }

  /** What goes on is known by the new plan's names; of what is not in it, who needs it still waits. */
  function adopt(steps: readonly TeardownStep[]): ReadonlyMap<TeardownStep, readonly string[]> {
    if (started.size === 0) return new Map();
    const bySubject = new Map(steps.map((step) => [subjectOf(step), step]));
    const further = new Map<TeardownStep, string[]>();
    for (const [subject, entry] of started) {
      const step = bySubject.get(subject);
      entry.step = step ?? { ...entry.step, id: `earlier ${subject}` };
      if (step !== undefined) continue;
      for (const needing of entry.neededBy) {
        const found = bySubject.get(needing);
        if (found !== undefined) further.set(found, [...(further.get(found) ?? []), entry.step.id]);
      }
    }
    return further;
  }

  function startSteps(queue: StepQueue): void {
    const fresh = queue.take().filter((step) => !started.has(subjectOf(step)));
    const interfaces = fresh.filter((step) => step.kind === 'unmount' && step.lazy);
    if (interfaces.length > 0) void follow(interfaces);
    const others = fresh.filter((step) => !interfaces.includes(step));
    while (others.length > 0 && children < mostAtOnce) {
      const most = Math.ceil(others.length / (mostAtOnce - children));
      void follow(takeAlike(others, Math.min(most, mostTogether)));
    }
    queue.putBack(others);
  }

  async function follow(steps: readonly TeardownStep[]): Promise<void> {
    const entries = steps.map((step): Started => ({ step, neededBy: new Set(), isSlow: false }));
    for (const entry of entries) started.set(subjectOf(entry.step), entry);
    children += 1;
    const timer = setTimeout(() => {
      children -= 1;
      for (const entry of entries) entry.isSlow = true;
      signalChange();
    }, slowMilliseconds);
    const outcomes = await performSteps(steps, budget, run);
    clearTimeout(timer);
    if (entries.every(({ isSlow }) => !isSlow)) children -= 1;
    for (const [i, entry] of entries.entries()) {
      const { step } = entry;
      entry.outcome = outcomes[i] ?? { step, result: 'failed', reason: 'no outcome' };
    }
    signalChange();
  }

  function signalChange(): void {
    change.resolve();
    change = Promise.withResolvers();
  }
}

/** Unmounts from the beginning of a list, or the first step whatever it is. */
function takeAlike(steps: TeardownStep[], most: number): readonly TeardownStep[] {
  const other = steps.findIndex(({ kind }) => kind !== 'unmount');
  return steps.splice(0, Math.max(1, Math.min(other === -1 ? steps.length : other, most)));
}

function subjectsThatNeed({ id }: TeardownStep, steps: readonly TeardownStep[]) {
  return new Set(steps.filter(({ needs }) => needs.includes(id)).map(subjectOf));
}
