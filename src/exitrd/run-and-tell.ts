/** Runs commands and tells of those that were slow: where a shutdown's seconds went. */
import type { Run } from './execute-plan.ts';
import type { Journal } from './journal.ts';
import { runWithDeadline } from './run-with-deadline.ts';

const slowMilliseconds = 500;

export function runAndTell(journal: Journal): Run {
  return async (command, deadline, variables) => {
    const start = performance.now();
    const outcome = await runWithDeadline(command, deadline, variables);
    const milliseconds = performance.now() - start;
    if (milliseconds >= slowMilliseconds) {
      journal.detail(
        `slow: ${(milliseconds / 1000).toFixed(1)} s: ${command.join(' ').replaceAll('\n', ' ')}`,
      );
    }
    return outcome;
  };
}
