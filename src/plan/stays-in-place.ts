import { below, isAtOrBelow } from './path.ts';
import type { PlanOptions } from './plan.ts';

/** Whether a mount may not be moved, nor what is mounted in it, which would be moved along. */
export function staysInPlace(
  target: string,
  { oldRoot, neverMove = [] }: Pick<PlanOptions, 'oldRoot' | 'neverMove'>,
): boolean {
  return neverMove
    .flatMap((path) => [path, below(oldRoot, path)])
    .some((path) => isAtOrBelow(path, target));
}
