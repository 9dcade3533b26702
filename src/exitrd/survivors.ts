/**
 * Processes that outlived systemd-shutdown's killing: storage daemons whose first word begins with
 * `@` (docs/ROOT_STORAGE_DAEMONS.md of systemd), units with SurviveFinalKillSignal=, what a hook
 * left behind. They hold the old root, and their memory may hold secrets.
 */
import { readFileSync, readdirSync } from 'node:fs';
import { readFile, readdir, readlink } from 'node:fs/promises';
import { within } from './run-with-deadline.ts';

export interface Survivor {
  readonly processId: number;
  readonly name: string;
  /** A daemon that the storage below may need until it is idle. */
  readonly storageDaemon: boolean;
  /** What it holds open, as seen from our root; empty when that could not be read in time. */
  readonly paths: readonly string[];
}

/** PF_KTHREAD of include/linux/sched.h, in the flags field of /proc/PID/stat. */
const kernelThread = 0x00200000;
/** For what looks into a process' memory map, which its own page faults may keep locked. */
const readDeadline = 3_000;

/** All processes but the first, ourselves, our children and the kernel's threads. */
export async function findSurvivors(): Promise<readonly Survivor[]> {
  const found = await Promise.all(processIds().map(describeSurvivor));
  return found.filter((survivor) => survivor !== undefined);
}

function processIds(): readonly number[] {
  try {
    const names = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
    return names.map(Number).filter((id) => id !== 1 && id !== process.pid);
  } catch {
    return [];
  }
}

/** Most are the kernel's threads; /proc/PID/stat waits for nothing. */
function readStat(processId: number): ReturnType<typeof parseStat> {
  try {
    return parseStat(readFileSync(`/proc/${processId}/stat`, 'utf8'));
  } catch {
    return undefined;
  }
}

async function describeSurvivor(processId: number): Promise<Survivor | undefined> {
  const facts = readStat(processId);
  if (facts === undefined || facts.kernelThread || facts.parentId === process.pid) return undefined;
  const directory = `/proc/${processId}`;
  const words = await within(readFile(`${directory}/cmdline`, 'utf8'), readDeadline, '');
  return {
    processId,
    name: facts.name,
    storageDaemon: words.startsWith('@'),
    paths: await readHeldPaths(directory),
  };
}

/** /proc/PID/stat (proc_pid_stat(5)): the name may hold blanks and parentheses. */
export function parseStat(
  text: string,
): { name: string; parentId: number; kernelThread: boolean } | undefined {
  const match = /^\d+ \((?<name>.*)\) (?<state>\S) (?<rest>.*)$/s.exec(text);
  if (match?.groups === undefined) return undefined;
  const { name = '', state, rest = '' } = match.groups;
  const numbers = rest.trim().split(' ').map(Number);
  if (state === 'Z' || state === 'X') return undefined;
  return {
    name,
    parentId: numbers[0] ?? 0,
    kernelThread: ((numbers[5] ?? 0) & kernelThread) !== 0,
  };
}

async function readHeldPaths(directory: string): Promise<readonly string[]> {
  const descriptors = await within(readdir(`${directory}/fd`), readDeadline, []);
  const links = ['root', 'cwd', 'exe', ...descriptors.map((name) => `fd/${name}`)];
  const [targets, maps] = await Promise.all([
    Promise.all(links.map((link) => within(readlink(`${directory}/${link}`), readDeadline, ''))),
    within(readFile(`${directory}/maps`, 'utf8'), readDeadline, ''),
  ]);
  const mapped = maps.split('\n').map((line) => line.slice(73).trim());
  return [...new Set([...targets, ...mapped])].filter((path) => path.startsWith('/')).toSorted();
}

/** Those that hold something at or below a mount point. */
export function holdersOf(target: string, survivors: readonly Survivor[]): readonly Survivor[] {
  const below = target.endsWith('/') ? target : `${target}/`;
  return survivors.filter(({ paths }) =>
    paths.some((path) => path === target || path.startsWith(below)),
  );
}

const killPolls = 20;
const killPollMilliseconds = 25;

/** SIGKILL, then a short wait for them to be gone. Returns those that stay (uninterruptible). */
export async function killSurvivors(survivors: readonly Survivor[]): Promise<readonly Survivor[]> {
  for (const { processId } of survivors) signal(processId, 'SIGKILL');
  let left = survivors;
  for (let poll = 0; poll < killPolls && left.length > 0; poll += 1) {
    await new Promise((resolve) => setTimeout(resolve, killPollMilliseconds));
    // A zombie holds nothing: parseStat knows none.
    left = left.filter(({ processId }) => readStat(processId) !== undefined);
  }
  return left;
}

function signal(processId: number, name: NodeJS.Signals): void {
  try {
    process.kill(processId, name);
  } catch {
    // ESRCH: gone already.
  }
}
