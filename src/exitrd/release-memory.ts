/**
 * Frees what a user may have left in memory: memory-backed file systems, compressed swap, the page
 * cache. Unmounting frees a tmpfs at once; where it stays, each file is truncated first, because
 * removing a file that something still pins frees nothing.
 */
import { readdirSync } from 'node:fs';
import { parseMountinfo } from '../snapshot/parse-mountinfo.ts';
import type { MountPoint } from '../snapshot/snapshot.ts';
import type { Budget } from './budget.ts';
import type { Run } from './execute-plan.ts';
import type { Branches } from './hold-branches.ts';
import { readNow } from './read-now.ts';
import { unmountCommand } from './step-command.ts';

const busybox = '/usr/bin/busybox';
/** It goes through every file system, and may wait for one of them. */
const dropCaches = 'echo 3 >/proc/sys/vm/drop_caches';
const memoryBacked = new Set(['tmpfs', 'ramfs', 'hugetlbfs']);

/**
 * What could neither be unmounted nor emptied: mount points, and zram devices. The branches are
 * emptied where an overlay still stands, which holds them: to unmount one frees nothing then.
 */
export async function releaseMemory(
  branches: Branches,
  budget: Budget,
  run: Run,
): Promise<readonly string[]> {
  const mounts = readMounts();
  if (mounts.some(({ fstype }) => fstype === 'overlay')) {
    for (const path of branches.paths) await empty(path, budget, run);
  }
  branches.release();
  const doomed = doomedMemory(mounts).map(({ target }) => target);
  // One process for all: umount(8) goes on after a target that is busy.
  if (doomed.length > 0) await run(unmountCommand(doomed, false), budget.reserved(5_000));
  const kept: string[] = [];
  for (const { target } of doomedMemory(readMounts())) {
    if (!(await empty(target, budget, run))) kept.push(target);
  }
  kept.push(...(await resetCompressedMemory(budget, run)));
  await run([busybox, 'sh', '-c', dropCaches], budget.reserved(10_000));
  return kept;
}

/**
 * Deepest first. The exitrd's own file system and what shows it elsewhere are never among them, nor
 * is a tmpfs below /sys: it only carries the mount points of control groups.
 */
export function doomedMemory(mounts: readonly MountPoint[]): readonly MountPoint[] {
  const own = new Set(mounts.filter(({ target }) => target === '/').map(({ devnum }) => devnum));
  return mounts
    .filter(({ fstype, devnum }) => memoryBacked.has(fstype) && !own.has(devnum))
    .filter(({ target }) => !target.startsWith('/sys/'))
    .toSorted((one, other) => other.target.length - one.target.length);
}

/**
 * Truncate, then remove: what a still open file holds is freed too. busybox' find of Debian 12 has no
 * `-delete`.
 */
async function empty(target: string, budget: Budget, run: Run): Promise<boolean> {
  const find = [busybox, 'find', target, '-xdev'] as const;
  const truncated = await run(
    [...find, '-type', 'f', '-exec', busybox, 'truncate', '-s', '0', '{}', '+'],
    budget.reserved(5_000),
  );
  const removed = await run(
    [...find, '!', '-type', 'd', '-exec', busybox, 'rm', '-f', '{}', '+'],
    budget.reserved(3_000),
  );
  return truncated.ok && removed.ok;
}

/** The devices that stay as they are, because something on them is still in use. */
async function resetCompressedMemory(budget: Budget, run: Run): Promise<readonly string[]> {
  for (const name of compressedMemory()) {
    const script = `echo 1 > /sys/block/${name}/reset`;
    await run([busybox, 'sh', '-c', script], budget.reserved(2_000));
  }
  return compressedMemory().map((name) => `/dev/${name}`);
}

function compressedMemory(): readonly string[] {
  try {
    return readdirSync('/sys/block').filter(
      (name) => /^zram\d+$/.test(name) && readNow(`/sys/block/${name}/initstate`) !== '0\n',
    );
  } catch {
    return [];
  }
}

function readMounts(): readonly MountPoint[] {
  return parseMountinfo(readNow('/proc/self/mountinfo') ?? '').mounts;
}
