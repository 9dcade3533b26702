/**
 * Processes that outlived systemd-shutdown's killing: storage daemons whose first word begins with
 * `@` (docs/ROOT_STORAGE_DAEMONS.md of systemd), units with SurviveFinalKillSignal=, what a hook
 * left behind. They hold the old root, and their memory may hold secrets.
 */
import { isAtOrBelow } from '../plan/path.ts';
import type { MountPoint } from '../snapshot/snapshot.ts';
import {
  processIds,
  readHolds,
  readOtherMounts,
  readState,
  readWords,
  type Hold,
  type ProcessState,
} from './read-process.ts';

export interface Survivor {
  readonly processId: number;
  readonly name: string;
  /** A daemon that the storage below may need until it is idle. */
  readonly storageDaemon: boolean;
  /** What it holds open; empty when that could not be read in time. */
  readonly holds: readonly Hold[];
  /** What is mounted in its mount namespace, where that is not ours. */
  readonly otherMounts?: readonly MountPoint[];
}

/** All processes but the first, ourselves, our children with theirs, and the kernel's threads. */
export async function findSurvivors(): Promise<readonly Survivor[]> {
  const states = new Map(processIds().map((processId) => [processId, readState(processId)]));
  return await Promise.all(
    [...states].flatMap(([processId, state]) =>
      state === undefined || state.kernelThread || isOurs(state, states)
        ? []
        : [describeSurvivor(processId, state)],
    ),
  );
}

/** Tools of a step that goes on may have children of their own. */
function isOurs(
  state: ProcessState | undefined,
  states: ReadonlyMap<number, ProcessState | undefined>,
): boolean {
  const seen = new Set<number>();
  let one = state;
  while (one !== undefined && !seen.has(one.parentId)) {
    if (one.parentId === process.pid) return true;
    seen.add(one.parentId);
    one = states.get(one.parentId);
  }
  return false;
}

async function describeSurvivor(processId: number, state: ProcessState): Promise<Survivor> {
  const [words, holds, otherMounts] = await Promise.all([
    readWords(processId),
    readHolds(processId),
    readOtherMounts(processId),
  ]);
  return {
    processId,
    name: state.name,
    storageDaemon: words[0]?.startsWith('@') === true,
    holds,
    ...(otherMounts === undefined ? {} : { otherMounts }),
  };
}

/** Those that hold something at or below a mount point. */
export function holdersOf(target: string, survivors: readonly Survivor[]): readonly Survivor[] {
  return survivors.filter(({ holds }) => holds.some(({ path }) => isAtOrBelow(path, target)));
}

const killPolls = 20;
const killPollMilliseconds = 25;

/** SIGKILL, then a short wait for them to be gone. Returns those that stay (uninterruptible). */
export async function killSurvivors(survivors: readonly Survivor[]): Promise<readonly Survivor[]> {
  for (const { processId } of survivors) signal(processId, 'SIGKILL');
  let left = survivors;
  for (let poll = 0; poll < killPolls && left.length > 0; poll += 1) {
    await new Promise((resolve) => setTimeout(resolve, killPollMilliseconds));
    // A zombie holds nothing, and has no state.
    left = left.filter(({ processId }) => readState(processId) !== undefined);
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
