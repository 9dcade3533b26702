/** One step by its tools, in children with deadlines. Nothing here throws. */
import { mkdirSync } from 'node:fs';
import { reasonOf } from '../failure.ts';
import type { CloseCrypt, RemoveDeviceMapper, TeardownStep } from '../plan/plan.ts';
import { parseMountinfo } from '../snapshot/parse-mountinfo.ts';
import type { Budget } from './budget.ts';
import { isCutOff } from './cut-off.ts';
import { removeByOurselves } from './device-mapper-child.ts';
import { isDeviceGone } from './gone-device.ts';
import { readNow } from './read-now.ts';
import type { CommandOutcome, Command } from './run-with-deadline.ts';
import {
  commandsOfStep,
  deadlineOfStep,
  forcedUnmountOf,
  preparationOfStep,
  standInOf,
  unmountCommand,
} from './step-command.ts';
import { unmountManyCommand } from './unmount-child.ts';

export interface StepOutcome {
  readonly step: TeardownStep;
  readonly result: 'done' | 'failed' | 'skipped';
  /** Why not; for a skipped step, the step it would have needed. */
  readonly reason: string;
}

/**
 * `deadline` in milliseconds; `variables` are added to the environment every command gets; after `idle` milliseconds
 * in which no disk answered anything it is given up before.
 */
export type Run = (
  command: Command,
  deadline: number,
  variables?: Readonly<Record<string, string>>,
  idle?: number,
) => Promise<CommandOutcome>;

const togetherDeadline = 2_000;
const manyDeadline = 5_000;

/**
 * Several steps are unmounts that write nothing, all of them lazy or none: one child for all, since a child costs more
 * than they do. Should it fail, those that are still mounted are tried alone, so that what hangs holds up no other,
 * and each has its reason. Outcomes in the order of the steps.
 */
export async function performSteps(
  steps: readonly TeardownStep[],
  budget: Budget,
  run: Run,
): Promise<readonly StepOutcome[]> {
  const targets = steps.flatMap((step) => (step.kind === 'unmount' ? [step.target] : []));
  let left: ReadonlySet<number> | undefined;
  if (targets.length > 1) {
    const isLazy = steps.some((step) => step.kind === 'unmount' && step.lazy);
    const many = isLazy ? undefined : unmountManyCommand(targets);
    const deadline = budget.deadline(many === undefined ? togetherDeadline : manyDeadline);
    try {
      const { ok } = await run(many ?? unmountCommand(targets, isLazy), deadline);
      left = ok && many === undefined ? new Set() : mountIds();
    } catch {
      // No memory for a child: each has its reason below.
    }
  }
  return Promise.all(
    steps.map(async (step) =>
      step.kind === 'unmount' && left?.has(step.mountId) === false
        ? { step, result: 'done', reason: '' }
        : await performStep(step, budget, run),
    ),
  );
}

function mountIds(): ReadonlySet<number> | undefined {
  const text = readNow('/proc/self/mountinfo');
  return text === undefined
    ? undefined
    : new Set(parseMountinfo(text).mounts.map(({ mountId }) => mountId));
}

export async function performStep(
  step: TeardownStep,
  budget: Budget,
  run: Run,
): Promise<StepOutcome> {
  let reason: string;
  try {
    reason = await tryCommands(step, budget, run);
  } catch (error) {
    // No memory for a child.
    reason = reasonOf(error);
  }
  return reason === '' || isDeviceGone(step)
    ? { step, result: 'done', reason: '' }
    : { step, result: 'failed', reason };
}

/** Why the last one failed; empty when one did not. */
async function tryCommands(step: TeardownStep, budget: Budget, run: Run): Promise<string> {
  let reason = 'no time left';
  let isOfDevice = false;
  if (step.kind === 'move-mount') mkdirSync(step.to, { recursive: true });
  const preparation = preparationOfStep(step);
  if (preparation !== undefined) await run(preparation, budget.deadline(deadlineOfStep(step)));
  for (const command of usableCommands(step)) {
    const deadline = budget.deadline(deadlineOfStep(step));
    if (deadline === 0) break;
    let outcome = await run(command, deadline);
    const other = outcome.ok ? undefined : otherCommand(step, command, outcome);
    const left = budget.deadline(deadlineOfStep(step));
    if (other !== undefined && left > 0) outcome = await run(other, left);
    if (isDeviceGone(step) || (outcome.ok && !isDeviceThere(step))) return '';
    reason = outcome.ok ? `${untrue}, the device is there` : outcome.reason;
    isOfDevice ||= outcome.hung === true || busy.test(reason);
  }
  const deadline = budget.deadline(deadlineOfStep(step));
  if (isOfDevice || deadline === 0 || !isMapped(step)) return reason;
  const { ok } = await run(removeByOurselves(step.device), deadline);
  return ok || isDeviceGone(step) ? '' : reason;
}

/** What no other tool would do either. */
const busy = /busy|still in use/i;

function isMapped(step: TeardownStep): step is CloseCrypt | RemoveDeviceMapper {
  return step.kind === 'close-crypt' || step.kind === 'remove-dm';
}

/**
 * After a removal that succeeds the device is gone at once (dm_destroy() in drivers/md/dm.c), so a tool that says so of one
 * that is there did nothing. Other removals only promise.
 */
function isDeviceThere(step: TeardownStep): boolean {
  return isMapped(step) && !isDeviceGone(step);
}

/** What a tool reports is not always so. */
export const untrue = 'the tool reports success';

/** By force where nobody answers; by another tool where it is the tool that is at fault. */
function otherCommand(
  step: TeardownStep,
  command: Command,
  { hung, reason }: CommandOutcome,
): Command | undefined {
  if (hung === true) return forcedUnmountOf(step);
  return /busy|not mounted|no mount point|no such device/i.test(reason)
    ? undefined
    : standInOf(command);
}

/** Of those that close a crypt device only the first does without reading what it lies on. */
function usableCommands(step: TeardownStep): readonly Command[] {
  const commands = commandsOfStep(step);
  return step.kind === 'close-crypt' && isCutOff(step.device) ? commands.slice(0, 1) : commands;
}
