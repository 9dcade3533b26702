/** Which steps of a plan may start, as those that they wait for end. Pure but for its own state. */
import { classifyFileSystem } from '../plan/file-system-class.ts';
import type { TeardownPlan, TeardownStep, Unmount } from '../plan/plan.ts';
import type { StepOutcome } from './perform-step.ts';
import { leastForChild } from './unmount-child.ts';

export interface StepQueue {
  /** What the next child gets, one step or several that are alike, each once; undefined when nothing may start. */
  next(places: number): readonly TeardownStep[] | undefined;
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

/** What goes on of earlier plans. */
export interface Earlier {
  /** Ids of the steps of this plan that were started already. */
  readonly begun: ReadonlySet<string>;
  /** Ids of steps that are not in this plan, by the id of the step that needs them. */
  readonly needs: ReadonlyMap<string, readonly string[]>;
}

/** As many unmounts that write nothing get one child: with longer paths than usual they fit on a command line. */
const mostTogether = 250;

/** @param tell is called for each step when it has ended, or is skipped. */
export function queueSteps(
  plan: TeardownPlan,
  { begun, needs: earlierNeeds }: Earlier,
  tell: (outcome: StepOutcome) => void,
): StepQueue {
  const steps = plan.waves.flat();
  const outcomes = new Map<string, StepOutcome>();
  const waiters = new Map<string, Waiter[]>();
  const quiet = quietUnmounts(steps);
  const readyLazy: TeardownStep[] = [];
  const readyQuiet: TeardownStep[] = [];
  const readyOthers: TeardownStep[] = [];
  let failed = false;
  const known = new Set(steps.map(({ id }) => id));
  for (const step of steps) {
    const more = earlierNeeds.get(step.id) ?? [];
    const before = [...step.needs, ...step.after].filter((id) => known.has(id));
    const waiter: Waiter = {
      step,
      needs: new Set([...step.needs, ...more]),
      waitsFor: new Set([...before, ...more]),
    };
    if (waiter.waitsFor.size === 0) addReady(step);
    for (const id of waiter.waitsFor) {
      const others = waiters.get(id);
      if (others === undefined) waiters.set(id, [waiter]);
      else others.push(waiter);
    }
  }
  return { next, outcomes: inOrder, hasFailed: () => failed, settle };

  function addReady(step: TeardownStep): void {
    if (begun.has(step.id)) return;
    if (step.kind === 'unmount' && step.lazy) readyLazy.push(step);
    else if (quiet.has(step.id)) readyQuiet.push(step);
    else readyOthers.push(step);
  }

  function next(places: number): readonly TeardownStep[] | undefined {
    if (readyLazy.length > 0) return readyLazy.splice(0);
    if (places <= 0) return undefined;
    if (readyQuiet.length > 0) {
      const waiting = readyQuiet.length + readyOthers.length;
      const isMany = readyQuiet.length >= leastForChild;
      return readyQuiet.splice(0, isMany ? mostTogether : Math.ceil(waiting / places));
    }
    const other = readyOthers.shift();
    return other === undefined ? undefined : [other];
  }

  function inOrder(): readonly StepOutcome[] {
    return steps.flatMap(({ id }) => outcomes.get(id) ?? []);
  }

  /** Without recursion: a chain of steps that are skipped may be long. */
  function settle(first: StepOutcome): void {
    const settled = [first];
    for (const outcome of settled) {
      const { id } = outcome.step;
      outcomes.set(id, outcome);
      tell(outcome);
      failed ||= outcome.result === 'failed';
      for (const { step, needs, waitsFor } of waiters.get(id) ?? []) {
        waitsFor.delete(id);
        if (waitsFor.size > 0 || begun.has(step.id)) continue;
        const unmet = [...needs].find((need) => isUndone(outcomes.get(need)));
        if (unmet === undefined) addReady(step);
        else settled.push({ step, result: 'skipped', reason: unmet });
      }
    }
  }
}

/**
 * Ids of the unmounts that have nothing to write, so that when they are out of the tree they are done: of what is
 * in memory only, and of what another unmount that needs this one keeps mounted.
 */
function quietUnmounts(steps: readonly TeardownStep[]): ReadonlySet<string> {
  const unmounts = steps.filter((step) => step.kind === 'unmount');
  const devnums = new Map(unmounts.map(({ id, devnum }) => [id, devnum]));
  const memory = unmounts.filter(({ fstype }) => classifyFileSystem(fstype) !== 'storage');
  const kept = unmounts.flatMap(({ devnum, needs }) =>
    needs.filter((id) => devnums.get(id) === devnum),
  );
  return new Set([...memory.map(({ id }) => id), ...kept, ...keptByLast(unmounts, steps)]);
}

/** Of the file system that is mounted most often: the unmounts that its last one needs, be it by way of others. */
function keptByLast(
  unmounts: readonly Unmount[],
  steps: readonly TeardownStep[],
): readonly string[] {
  const groups = [...Map.groupBy(unmounts, ({ devnum }) => devnum).values()];
  const [most] = groups.toSorted((a, b) => b.length - a.length);
  const last = most?.at(-1);
  if (most === undefined || last === undefined) return [];
  const needs = new Map(steps.map((step) => [step.id, step.needs]));
  const before = new Set(last.needs);
  for (const id of before) for (const need of needs.get(id) ?? []) before.add(need);
  return most.map(({ id }) => id).filter((id) => before.has(id));
}

function isUndone(outcome: StepOutcome | undefined): boolean {
  return outcome !== undefined && outcome.result !== 'done';
}
