/** One shutdown of a stack in a short machine, and what it left behind. */
import { runShutdown } from '../../test/support/shutdown-run.ts';
import { describeLeft } from './what-is-left.ts';

export interface MachineRun {
  /** From the exec of `/shutdown` to power-off. */
  readonly seconds: number;
  /** The same without the time in which the virtual processor waited for a real one. */
  readonly undisturbed: number;
  /** Keys found in memory and disks that were not clean; empty when all is well. */
  readonly left: string;
}

export async function runInMachine(stack: string, exitrd: string): Promise<MachineRun> {
  await using run = await runShutdown({ stack, exitrd });
  return {
    seconds: run.seconds,
    undisturbed: run.seconds - run.waited,
    left: describeLeft(await run.searchMemory(), run.findings),
  };
}
