import type { PlanOptions } from '../plan/plan.ts';
import { staysInPlace } from '../plan/stays-in-place.ts';
import type { StepOutcome } from './execute-plan.ts';

/** Adds that moving a mount aside, which might have helped, was forbidden. */
export function explainFailure(outcome: StepOutcome, options: PlanOptions): StepOutcome {
  const { step, reason } = outcome;
  return step.kind === 'unmount' && staysInPlace(step.target, options)
    ? { ...outcome, reason: `${reason} (never-move keeps it where it is)` }
    : outcome;
}
