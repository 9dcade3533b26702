/** Which steps of a plan may start, as those that they wait for end. Pure but for its own state. */
import type { TeardownPlan, TeardownStep } from '../plan/plan.ts';
import type { StepOutcome } from './perform-step.ts';

export interface StepQueue {
  /** Those that wait for nothing, each once. */
  take(): TeardownStep[];
  /** For which there was no place. */
  putBack(steps: readonly TeardownStep[]): void;
  /** In the order of the plan, of the steps that have ended. */
  outcomes(): readonly StepOutcome[];
  hasFailed(): boolean;
  /** A step has ended; those that wait for it alone become ready, or are skipped. */
  settle(outcome: StepOutcome): void;
}

interface Waiter {
  readonly step: TeardownStep;
  readonly needs: ReadonlySet<string>;
  /** Ids of the steps that have not ended. */
  readonly waitsFor: Set<string>;
}

/** @param further ids of steps that are not in the plan, by the step of the plan that needs them too. */
export function queueSteps(
  plan: TeardownPlan,
  further: ReadonlyMap<TeardownStep, readonly string[]>,
  tell: (outcome: StepOutcome) => void,
): StepQueue {
  const steps = plan.waves.flat();
  const known = new Set(steps.map(({ id }) => id));
  const outcomes = new Map<string, StepOutcome>();
  const waiters = new Map<string, Waiter[]>();
  const ready: TeardownStep[] = [];
  let failed = false;
  for (const step of steps) {
    const more = further.get(step) ?? [];
    const before = [...step.needs, ...step.after].filter((id) => known.has(id));
    const waiter: Waiter = {
      step,
      needs: new Set([...step.needs, ...more]),
      waitsFor: new Set([...before, ...more]),
    };
    if (waiter.waitsFor.size === 0) ready.push(step);
    for (const id of waiter.waitsFor) {
      const others = waiters.get(id);
      if (others === undefined) waiters.set(id, [waiter]);
      else others.push(waiter);
    }
  }
  return {
    take: () => ready.splice(0).filter(({ id }) => !outcomes.has(id)),
    putBack: (steps) => {
      ready.push(...steps);
    },
    hasFailed: () => failed,
    outcomes: () => steps.flatMap(({ id }) => outcomes.get(id) ?? []),
    // Without recursion: a chain of steps that are skipped may be long.
    settle(first) {
      const settled = [first];
      for (const outcome of settled) {
        const { id } = outcome.step;
        outcomes.set(id, outcome);
        if (known.has(id)) tell(outcome);
        failed ||= outcome.result === 'failed';
        for (const { step, needs, waitsFor } of waiters.get(id) ?? []) {
          waitsFor.delete(id);
          if (waitsFor.size > 0 || outcomes.has(step.id)) continue;
          const unmet = [...needs].find((need) => isUndone(outcomes.get(need)));
          if (unmet === undefined) ready.push(step);
          else settled.push({ step, result: 'skipped', reason: unmet });
        }
      }
    },
  };
}

function isUndone(outcome: StepOutcome | undefined): boolean {
  return outcome !== undefined && outcome.result !== 'done';
}
