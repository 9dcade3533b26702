import type { TeardownStep } from '../plan/plan.ts';

/** What a step works on: the same in every plan, as its id is not. */
export function subjectOf(step: TeardownStep): string {
  switch (step.kind) {
    case 'move-mount':
    case 'unmount':
      return `${step.kind} ${step.mountId}`;
    case 'disable-swap':
      return `${step.kind} ${step.path}`;
    case 'dissolve-group':
      return `${step.kind} ${step.group} ${step.name}`;
    default:
      return `${step.kind} ${step.device}`;
  }
}
