/**
 * What the kernel tells of a process: /proc/PID (proc_pid(5)). Its state is read at once; what looks into
 * its memory map may wait for its page faults, so that it is read against a timer.
 */
import { readFileSync, readdirSync } from 'node:fs';
import { readFile, readdir, readlink } from 'node:fs/promises';
import { parseMountinfo } from '../snapshot/parse-mountinfo.ts';
import type { MountPoint } from '../snapshot/snapshot.ts';
import { readNow } from './read-now.ts';
import { within } from './run-with-deadline.ts';

export interface ProcessState {
  readonly name: string;
  readonly parentId: number;
  readonly kernelThread: boolean;
  /** `R`, `S`, `D` (waits in the kernel, cannot be killed), `T` (stopped) … */
  readonly state: string;
}

export interface Hold {
  /** `root`, `cwd`, `exe`, `fd 3` or `mapped`. */
  readonly how: string;
  /** As seen from our root, or from that of its mount namespace where that is another. */
  readonly path: string;
}

/** PF_KTHREAD of include/linux/sched.h, in the flags field of /proc/PID/stat. */
const kernelThread = 0x00200000;
/** For what looks into a process' memory map, which its own page faults may keep locked. */
const readDeadline = 3_000;

/** All but the first and ourselves. */
export function processIds(): readonly number[] {
  try {
    const names = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
    return names.map(Number).filter((id) => id !== 1 && id !== process.pid);
  } catch {
    return [];
  }
}

/** Undefined for one that is gone, or a zombie. */
export function readState(processId: number): ProcessState | undefined {
  try {
    return parseState(readFileSync(`/proc/${processId}/stat`, 'utf8'));
  } catch {
    return undefined;
  }
}

/** /proc/PID/stat (proc_pid_stat(5)): the name may hold blanks and parentheses. */
export function parseState(text: string): ProcessState | undefined {
  const match = /^\d+ \((?<name>.*)\) (?<state>\S) (?<rest>.*)$/s.exec(text);
  if (match?.groups === undefined) return undefined;
  const { name = '', state = '', rest = '' } = match.groups;
  const numbers = rest.trim().split(' ').map(Number);
  if (state === 'Z' || state === 'X') return undefined;
  return {
    name,
    parentId: numbers[0] ?? 0,
    kernelThread: ((numbers[5] ?? 0) & kernelThread) !== 0,
    state,
  };
}

/** Empty when it cannot be read in time. */
export async function readWords(processId: number): Promise<readonly string[]> {
  const text = await within(readFile(`/proc/${processId}/cmdline`, 'utf8'), readDeadline, '');
  return text.split('\0').slice(0, -1);
}

/** The function of the kernel in which it waits; empty where that is not told. */
export function readWait(processId: number): string {
  const name = readNow(`/proc/${processId}/wchan`) ?? '';
  return name === '0' ? '' : name;
}

export async function readHolds(processId: number): Promise<readonly Hold[]> {
  const directory = `/proc/${processId}`;
  const descriptors = await within(readdir(`${directory}/fd`), readDeadline, []);
  const links = ['root', 'cwd', 'exe', ...descriptors.map((name) => `fd/${name}`)];
  const [targets, maps] = await Promise.all([
    Promise.all(links.map((link) => within(readlink(`${directory}/${link}`), readDeadline, ''))),
    within(readFile(`${directory}/maps`, 'utf8'), readDeadline, ''),
  ]);
  const held = links.map((link, index) => ({
    how: link.replace('/', ' '),
    path: targets[index] ?? '',
  }));
  const mapped = new Set(maps.split('\n').map((line) => line.slice(73).trim()));
  return [...held, ...[...mapped].map((path) => ({ how: 'mapped', path }))].filter(({ path }) =>
    path.startsWith('/'),
  );
}

/** What is mounted where it lives, when that is another mount namespace than ours. */
export async function readOtherMounts(
  processId: number,
): Promise<readonly MountPoint[] | undefined> {
  const [own, other] = await Promise.all(
    ['self', processId].map((id) => within(readlink(`/proc/${id}/ns/mnt`), readDeadline, '')),
  );
  if (other === '' || other === own) return undefined;
  const text = await within(readFile(`/proc/${processId}/mountinfo`, 'utf8'), readDeadline, '');
  return parseMountinfo(text).mounts;
}
