/**
 * Overwrites free memory: children take all of it, and the kernel zeroes each page it hands to a
 * process. That the kernel then has to kill one of them is the proof that there was no more.
 *
 * Several passes: what was left free for the kernel's own use in one is somewhere else in the next. In the first, that
 * is enough for the kernel to look for more: it gathers the pages that each processor keeps for itself, where each
 * later pass would leave the same ones (should_reclaim_retry() and __alloc_pages_direct_reclaim() of
 * mm/page_alloc.c).
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { readKernelLog } from '../kernel/system-call.ts';
import type { Run } from './execute-plan.ts';
import { fillerName } from './memory-filler.ts';
import { openMemory, setReserve } from './memory-switches.ts';
import { parseOutOfMemory } from './parse-out-of-memory.ts';
import { readNow } from './read-now.ts';
import { within, type Command } from './run-with-deadline.ts';

export interface Overwritten {
  readonly coveredMib: number;
  /** Of what was free before. */
  readonly freeMib: number;
  /** Passes that came to their end. */
  readonly passes: number;
  readonly seconds: number;
  /** `all`: nothing was left to take; `time`: it was up before; else what went wrong. */
  readonly end: string;
}

/** A pass each; what the kernel keeps meanwhile, in KiB. */
const reserves = [8192, 64, 64] as const;
const mostChildren = 8;
/** One process takes as much in about a second, so that less is not worth another one. */
const childKib = 4 * 2 ** 20;
const pageKib = 4;
const samplingMilliseconds = 50;
/**
 * What is free already, but not for everybody: slabs without objects, which hold what was in them, and
 * huge pages that were set apart.
 */
const giveBack: Command = [
  '/usr/bin/busybox',
  'sh',
  '-c',
  `for file in /sys/kernel/slab/*/shrink; do echo 1 >$file; done 2>/dev/null
for file in /sys/kernel/mm/hugepages/*/nr_hugepages; do echo 0 >$file; done 2>/dev/null`,
];
const giveBackDeadline = 5_000;
const endDeadline = 5_000;

export async function overwriteMemory(seconds: number, run: Run): Promise<Overwritten> {
  const start = performance.now();
  const left = () => seconds * 1000 - (performance.now() - start);
  const closeMemory = openMemory();
  const before = memoryKib('MemFree');
  let lowest = before;
  const sampling = setInterval(() => {
    lowest = Math.min(lowest, memoryKib('MemFree'));
  }, samplingMilliseconds);
  let passes = 0;
  let end = 'all';
  try {
    await run(giveBack, Math.min(giveBackDeadline, left()));
    for (const reserve of reserves) {
      setReserve(reserve);
      end = await runPass(left());
      if (end !== 'all') break;
      passes += 1;
      const freePages = parseOutOfMemory(readKernelLog());
      if (freePages !== undefined) lowest = Math.min(lowest, freePages * pageKib);
    }
  } finally {
    clearInterval(sampling);
    closeMemory();
  }
  return {
    coveredMib: Math.floor((before - lowest) / 1024),
    freeMib: Math.floor(before / 1024),
    passes,
    seconds: Math.round((performance.now() - start) / 100) / 10,
    // A last pass that time did not allow takes nothing from those before it.
    end: passes > 1 && end === 'time' ? 'all' : end,
  };
}

/** As `end` above. Whoever is killed first has told that all is taken, so the others can go. */
async function runPass(milliseconds: number): Promise<string> {
  if (milliseconds <= 0) return 'time';
  const free = memoryKib('MemFree');
  const count = Math.min(availableParallelism(), mostChildren, Math.ceil(free / childKib));
  const bytes = memoryKib('MemTotal') * 1024;
  const children = Array.from({ length: Math.max(1, count) }, () => startFiller(bytes));
  const ends = children.map(endOf);
  const end = await within(Promise.race(ends), milliseconds, 'time');
  for (const child of children) child.kill('SIGKILL');
  await within(Promise.all(ends), endDeadline, []);
  return end;
}

function startFiller(bytes: number): ChildProcess {
  return spawn(process.execPath, [`${bytes}`], {
    argv0: fillerName,
    env: {},
    cwd: '/',
    stdio: ['ignore', 'ignore', 'inherit'],
    detached: true,
  });
}

function endOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    child.on('exit', (status, signal) => {
      resolve(signal === 'SIGKILL' ? 'all' : `${fillerName}: ${signal ?? `exit status ${status}`}`);
    });
  });
}

/** A number of /proc/meminfo; 0 where there is none. */
function memoryKib(name: 'MemFree' | 'MemTotal'): number {
  const text = readNow('/proc/meminfo') ?? '';
  return Number(new RegExp(`^${name}: +(\\d+) kB`, 'm').exec(text)?.[1] ?? 0);
}
