/**
 * Carries out plans: a step is started when those that it waits for have ended, whatever else goes
 * on, so that what is slow delays only what lies below it. Nothing here throws, and nothing waits
 * past a deadline.
 */
import type { TeardownPlan, TeardownStep } from '../plan/plan.ts';
import type { Budget } from './budget.ts';
import { performSteps, type Run, type StepOutcome } from './perform-step.ts';
import { subjectOf } from './step-subject.ts';
import { queueSteps, type Earlier, type StepQueue } from './step-queue.ts';

export type { Run, StepOutcome } from './perform-step.ts';

export interface Executor {
  /**
   * Ends when all steps have; before that, when one has failed and what has not ended waits for slow
   * ones. These go on, and count as started in the plans that follow. Outcomes in the order of the plan.
   */
  execute(plan: TeardownPlan): Promise<readonly StepOutcome[]>;
  /** Whether nothing goes on. */
  isIdle(): boolean;
  /** Until one of the steps that went on has ended; false when there is none. */
  wait(): Promise<boolean>;
  /** Until all of them have; false when there was none. */
  finish(): Promise<boolean>;
}

/** As many children run side by side, beside those that are slow. */
const mostAtOnce = 16;
/** What takes longer waits for a disk, for a network, or for ever: it keeps nothing else from running. */
const slowMilliseconds = 1_000;

interface Started {
  /** By the name it has in the plan that is carried out. */
  step: TeardownStep;
  /** Of the plan that it was started in. */
  readonly id: string;
  /** Subjects of the steps that need it, of the plans before. */
  readonly neededBy: Set<string>;
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

  return { execute, isIdle, wait, finish };

  async function execute(plan: TeardownPlan): Promise<readonly StepOutcome[]> {
    const steps = plan.waves.flat();
    const queue = queueSteps(plan, adopt(steps), tell);
    for (;;) {
      for (const outcome of takeEnded()) queue.settle(outcome);
      startSteps(queue);
      const going = [...started.values()];
      const mayEnd = queue.hasFailed() && going.every(({ isSlow }) => isSlow);
      if (going.length === 0 || mayEnd) {
        for (const { step, neededBy } of going) {
          for (const needing of steps) {
            if (needing.needs.includes(step.id)) neededBy.add(subjectOf(needing));
          }
        }
        return queue.outcomes();
      }
      await change.promise;
    }
  }

  function isIdle(): boolean {
    return [...started.values()].every(({ outcome }) => outcome !== undefined);
  }

  async function wait(): Promise<boolean> {
    if (started.size === 0) return false;
    while ([...started.values()].every(({ outcome }) => outcome === undefined)) {
      await change.promise;
    }
    return true;
  }

  async function finish(): Promise<boolean> {
    while (!isIdle()) await change.promise;
    const outcomes = takeEnded();
    for (const outcome of outcomes) tell(outcome);
    return outcomes.length > 0;
  }

  function takeEnded(): readonly StepOutcome[] {
    const ended: StepOutcome[] = [];
    for (const [subject, { step, outcome }] of started) {
      if (outcome === undefined) continue;
      started.delete(subject);
      ended.push({ ...outcome, step });
    }
    return ended;
  }

  /** What goes on is known by the new plan's names; of what is not in it, who needs it still waits. */
  function adopt(steps: readonly TeardownStep[]): Earlier {
    const bySubject = new Map(
      started.size === 0 ? [] : steps.map((step) => [subjectOf(step), step]),
    );
    const begun = new Set<string>();
    const needs = new Map<string, string[]>();
    for (const [subject, entry] of started) {
      const step = bySubject.get(subject);
      entry.step = step ?? { ...entry.step, id: `${entry.id}, begun before` };
      if (step !== undefined) begun.add(step.id);
      else {
        for (const needing of entry.neededBy) {
          const found = bySubject.get(needing);
          if (found !== undefined)
            needs.set(found.id, [...(needs.get(found.id) ?? []), entry.step.id]);
        }
      }
    }
    return { begun, needs };
  }

  function startSteps(queue: StepQueue): void {
    for (;;) {
      const steps = queue.next(mostAtOnce - children);
      if (steps === undefined) return;
      void follow(steps);
    }
  }

  async function follow(steps: readonly TeardownStep[]): Promise<void> {
    const entries = steps.map((step): Started => ({
      step,
      id: step.id,
      neededBy: new Set(),
      isSlow: false,
    }));
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
