/** Carries out a plan, wave by wave. Nothing here throws, and nothing waits past a deadline. */
import { mkdirSync } from 'node:fs';
import type { TeardownPlan, TeardownStep } from '../plan/plan.ts';
import { reasonOf } from '../failure.ts';
import type { Budget } from './budget.ts';
import { isCutOff } from './cut-off.ts';
import { isDeviceGone } from './gone-device.ts';
import type { CommandOutcome, Command } from './run-with-deadline.ts';
import {
  commandsOfStep,
  deadlineOfStep,
  preparationOfStep,
  unmountCommand,
} from './step-command.ts';

export interface StepOutcome {
  readonly step: TeardownStep;
  readonly result: 'done' | 'failed' | 'skipped';
  /** Why not; for a skipped step, the step it would have needed. */
  readonly reason: string;
}

/** `deadline` in milliseconds; `variables` are added to the environment every command gets. */
export type Run = (
  command: Command,
  deadline: number,
  variables?: Readonly<Record<string, string>>,
) => Promise<CommandOutcome>;

/** A step whose needs were not met is skipped: it could only fail, and might block. */
export async function executePlan(
  plan: TeardownPlan,
  budget: Budget,
  run: Run,
): Promise<readonly StepOutcome[]> {
  const outcomes: StepOutcome[] = [];
  const undone = new Set<string>();
  for (const wave of plan.waves) {
    const ready = wave.filter((step) => !step.needs.some((id) => undone.has(id)));
    const skipped = wave
      .filter((step) => !ready.includes(step))
      .map((step): StepOutcome => ({
        step,
        result: 'skipped',
        reason: step.needs.find((id) => undone.has(id)) ?? '',
      }));
    const performed = await performWave(ready, budget, run);
    for (const outcome of [...performed, ...skipped]) {
      outcomes.push(outcome);
      if (outcome.result !== 'done') undone.add(outcome.step.id);
    }
  }
  return outcomes;
}

/**
 * Kernel interfaces are detached by one call for all of them: there are many, and none can block.
 * Should that fail, each is tried alone so that every one has its reason.
 */
async function performWave(
  wave: readonly TeardownStep[],
  budget: Budget,
  run: Run,
): Promise<readonly StepOutcome[]> {
  const interfaces = wave.filter((step) => step.kind === 'unmount' && step.lazy);
  const others = wave.filter((step) => !interfaces.includes(step));
  const [together, ...alone] = await Promise.all([
    detachTogether(interfaces, budget, run),
    ...others.map((step) => perform(step, budget, run)),
  ]);
  return [...together, ...alone];
}

async function detachTogether(
  steps: readonly TeardownStep[],
  budget: Budget,
  run: Run,
): Promise<readonly StepOutcome[]> {
  const targets = steps.flatMap((step) => (step.kind === 'unmount' ? [step.target] : []));
  if (targets.length > 1) {
    const { ok } = await run(unmountCommand(targets, true), budget.deadline(5_000));
    if (ok) return steps.map((step) => ({ step, result: 'done', reason: '' }));
  }
  return Promise.all(steps.map((step) => perform(step, budget, run)));
}

async function perform(step: TeardownStep, budget: Budget, run: Run): Promise<StepOutcome> {
  let reason = 'no time left';
  try {
    if (step.kind === 'move-mount') mkdirSync(step.to, { recursive: true });
  } catch (error) {
    return { step, result: 'failed', reason: reasonOf(error) };
  }
  const preparation = preparationOfStep(step);
  if (preparation !== undefined) await run(preparation, budget.deadline(deadlineOfStep(step)));
  for (const command of usableCommands(step)) {
    const deadline = budget.deadline(deadlineOfStep(step));
    if (deadline === 0) break;
    const outcome = await run(command, deadline);
    if (outcome.ok) return { step, result: 'done', reason: '' };
    reason = outcome.reason;
  }
  return isDeviceGone(step)
    ? { step, result: 'done', reason: '' }
    : { step, result: 'failed', reason };
}

/** Of those that close a crypt device only the first does without reading what it lies on. */
function usableCommands(step: TeardownStep): readonly Command[] {
  const commands = commandsOfStep(step);
  return step.kind === 'close-crypt' && isCutOff(step.device) ? commands.slice(0, 1) : commands;
}
