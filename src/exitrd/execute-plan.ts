/**
 * Carries out a plan: a step is started when those that it waits for have ended, whatever else goes
 * on, so that what is slow delays only what lies below it. Nothing here throws, and nothing waits
 * past a deadline.
 */
import type { TeardownPlan, TeardownStep } from '../plan/plan.ts';
import type { Budget } from './budget.ts';
import { detachTogether, performStep, type Run, type StepOutcome } from './perform-step.ts';

export type { Run, StepOutcome } from './perform-step.ts';

/** As many steps run side by side, beside those that are slow. */
const mostAtOnce = 16;
/** What takes longer waits for a disk, for a network, or for ever: it keeps nothing else from running. */
const slowMilliseconds = 1_000;

interface Waiting {
  readonly step: TeardownStep;
  /** Ids of the steps that have not ended. */
  readonly for: Set<string>;
}

/** The outcomes in the order of the plan. A step whose needs were not met is skipped: it could only fail, and might block. */
export async function executePlan(
  plan: TeardownPlan,
  budget: Budget,
  run: Run,
): Promise<readonly StepOutcome[]> {
  const steps = plan.waves.flat();
  const outcomes = new Map<string, StepOutcome>();
  const waiting = new Map<string, Waiting>();
  const waiters = new Map<string, Waiting[]>();
  const ids = new Set(steps.map(({ id }) => id));
  let ready: TeardownStep[] = [];
  let unfinished = 0;
  let running = 0;
  const { promise: ended, resolve: end } = Promise.withResolvers<void>();

  for (const step of steps) {
    const before = [...step.needs, ...step.after].filter((id) => ids.has(id));
    const entry: Waiting = { step, for: new Set(before) };
    waiting.set(step.id, entry);
    for (const id of before) {
      const known = waiters.get(id);
      if (known === undefined) waiters.set(id, [entry]);
      else known.push(entry);
    }
  }
  for (const { step, for: before } of waiting.values()) if (before.size === 0) ready.push(step);
  start();
  await ended;
  return steps.flatMap(({ id }) => outcomes.get(id) ?? []);

  function start(): void {
    const interfaces = ready.filter((step) => step.kind === 'unmount' && step.lazy);
    if (interfaces.length > 1) {
      ready = ready.filter((step) => !interfaces.includes(step));
      void occupy(detachTogether(interfaces, budget, run));
    }
    while (running < mostAtOnce) {
      const step = ready.shift();
      if (step === undefined) break;
      void occupy(performAlone(step));
    }
    if (unfinished === 0) end();
  }

  async function performAlone(step: TeardownStep): Promise<readonly StepOutcome[]> {
    return [await performStep(step, budget, run)];
  }

  async function occupy(work: Promise<readonly StepOutcome[]>): Promise<void> {
    unfinished += 1;
    running += 1;
    let counts = true;
    const leave = () => {
      if (counts) running -= 1;
      counts = false;
    };
    const timer = setTimeout(() => {
      leave();
      start();
    }, slowMilliseconds);
    const found = await work;
    clearTimeout(timer);
    leave();
    unfinished -= 1;
    for (const outcome of found) settle(outcome);
    start();
  }

  /** Without recursion: a chain of steps that are skipped may be long. */
  function settle(first: StepOutcome): void {
    const settled = [first];
    for (const outcome of settled) {
      const { id } = outcome.step;
      outcomes.set(id, outcome);
      for (const { step, for: before } of waiters.get(id) ?? []) {
        before.delete(id);
        if (before.size > 0) continue;
        const unmet = step.needs.find((need) => isUndone(outcomes.get(need)));
        if (unmet === undefined) ready.push(step);
        else settled.push({ step, result: 'skipped', reason: unmet });
      }
    }
  }
}

function isUndone(outcome: StepOutcome | undefined): boolean {
  return outcome !== undefined && outcome.result !== 'done';
}
