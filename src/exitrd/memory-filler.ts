/**
 * The expendable child that takes all free memory, so that the kernel zeroes it. It never ends by
 * itself: the kernel kills it when there is no more, or the exitrd when the time is up.
 */
import { readlinkSync, writeFileSync } from 'node:fs';
import { dieWithParent, lendMemory, takeMemory } from '../kernel/system-call.ts';
import { readNow } from './read-now.ts';
import { parseState } from './read-process.ts';

/** The first word it is started with. */
export const fillerName = 'fill-free-memory';
/** sysexits(3) EX_UNAVAILABLE. */
const unavailable = 69;
/**
 * What the kernel finds to reclaim when all else is taken. Without it, it would end us at once, and only when it has
 * reclaimed something does it look at the pages that each processor keeps for itself, which are free as well
 * (__alloc_pages_direct_reclaim() of mm/page_alloc.c). In bytes.
 */
const lent = 16 * 2 ** 20;

/** Obeys only an exitrd: one that is PID 1 or its child. Takes this many bytes, more than there is. */
export function fillFreeMemory([bytes]: readonly string[]): void {
  if (!isStartedByExitrd()) {
    process.stderr.write(`${fillerName}: refused: this is for the exitrd to start\n`);
    process.exitCode = 1;
    return;
  }
  dieWithParent();
  // The guard's and the exitrd's protection is inherited; without this the kernel would not end us.
  writeFileSync('/proc/self/oom_score_adj', '1000\n');
  lendMemory(lent);
  const refusal = takeMemory(Number(bytes));
  process.stderr.write(`${fillerName}: ${refusal ?? 'there was more memory than asked for'}\n`);
  process.exitCode = unavailable;
}

/** The same program, which itself obeys nobody else, and as PID 1 or its child. */
function isStartedByExitrd(): boolean {
  const parent = process.ppid;
  try {
    if (readlinkSync(`/proc/${parent}/exe`) !== readlinkSync('/proc/self/exe')) return false;
  } catch {
    return false;
  }
  return parent === 1 || parseState(readNow(`/proc/${parent}/stat`) ?? '')?.parentId === 1;
}
