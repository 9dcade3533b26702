/**
 * Sees to it that what was freed cannot be read any more: the kernel has zeroed it, or it is
 * overwritten. That takes as long as there is memory, so it has a time of its own, which the guard
 * is told of, and an end by force.
 */
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { readKernelLog } from '../kernel/system-call.ts';
import type { Settings } from '../settings/settings.ts';
import type { Budget } from './budget.ts';
import type { Run } from './execute-plan.ts';
import { fateOfFreedMemory, type FreedMemory } from './freed-memory.ts';
import { beatForGuard, holdGuard } from './guard.ts';
import type { Journal } from './journal.ts';
import { isOverwritingWanted } from './overwrite-policy.ts';
import { overwriteMemory, type Overwritten } from './overwrite-memory.ts';
import { readNow } from './read-now.ts';

export interface Erasure {
  readonly freed: FreedMemory;
  /** Undefined where it was not wanted. */
  readonly overwritten: Overwritten | undefined;
}

const graceSeconds = 30;

export async function eraseFreedMemory(
  { overwrite, seconds }: Settings['freeMemory'],
  budget: Budget,
  run: Run,
  journal: Journal,
): Promise<Erasure> {
  const commandLine = readNow('/proc/cmdline') ?? '';
  const freed = fateOfFreedMemory({ log: readKernelLog(), commandLine, config: readConfig() });
  if (!isOverwritingWanted(overwrite, commandLine, freed)) return { freed, overwritten: undefined };
  journal.detail(`overwriting free memory, ${seconds} s at most`);
  const start = performance.now();
  holdGuard(seconds + graceSeconds);
  const overwritten = await overwriteMemory(seconds, run);
  budget.pause(performance.now() - start);
  beatForGuard(budget.totalSeconds - budget.elapsed() / 1000 + graceSeconds);
  return { freed, overwritten };
}

function readConfig(): string | undefined {
  try {
    return gunzipSync(readFileSync('/proc/config.gz')).toString();
  } catch {
    return undefined;
  }
}
