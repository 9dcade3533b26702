/** Runs commands and tells of those that were slow: where a shutdown's seconds went. */
import type { Run } from './execute-plan.ts';
import type { Journal } from './journal.ts';

const slowMilliseconds = 500;

export function runAndTell(journal: Journal, run: Run): Run {
  return async (command, deadline, variables, idle) => {
    const start = performance.now();
    const outcome = await run(command, deadline, variables, idle);
    const milliseconds = performance.now() - start;
    if (milliseconds >= slowMilliseconds) {
      journal.detail(
        `slow: ${(milliseconds / 1000).toFixed(1)} s: ${command.join(' ').replaceAll('\n', ' ')}`,
      );
    }
    return outcome;
  };
}
