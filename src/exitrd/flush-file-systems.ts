/**
 * What is still mounted is flushed and made read-only, while the keys are there. File system by file system, side by
 * side, since one sync(2) for all waits for ever at the first whose disk is dead.
 */
import type { TeardownPlan } from '../plan/plan.ts';
import type { MountPoint, Snapshot } from '../snapshot/snapshot.ts';
import type { Budget } from './budget.ts';
import { isCutOff } from './cut-off.ts';
import type { Run } from './execute-plan.ts';

const mount = '/usr/bin/mount';
const busybox = '/usr/bin/busybox';

/** What is written now is saved, so it has all the time outside of the reserve. */
const flushDeadline = 40_000;
const flushInReserve = 5_000;
/** Milliseconds without an answer of any disk; a file system that is stuck was waited for before. */
const flushIdle = 4_000;
const remountDeadline = 3_000;
/** Most of what is left stays for the keys. */
const partsAfter = 3;

export interface Flushed {
  /** Mounts of which all was written. */
  readonly mountIds: ReadonlySet<number>;
  /** Also what is mounted nowhere any more. */
  readonly everything: boolean;
}

/**
 * Mounts whose data still goes to a block device. One whose device is gone is left as it is. What could not be
 * flushed is not remounted either: that would wait for the flush.
 */
export async function flushAndMakeReadOnly(
  snapshot: Snapshot,
  plan: TeardownPlan,
  budget: Budget,
  run: Run,
): Promise<Flushed> {
  const flush = (...words: readonly string[]) =>
    run(
      [busybox, 'sync', ...words],
      budget.patient(flushDeadline, flushInReserve, partsAfter),
      undefined,
      flushIdle,
    );
  const clean = mountsLeft(snapshot, plan).filter((mount) => !isWritable(mount));
  const mountIds = new Set(clean.map(({ mountId }) => mountId));
  const [everything] = await Promise.all([
    // For what is mounted nowhere any more, but still in use.
    flush(),
    ...bySuperblock(writableMounts(snapshot, plan)).map(async (mounts) => {
      const { ok, hung } = await flush('-f', ...mounts.slice(0, 1).map(({ target }) => target));
      if (ok) for (const { mountId } of mounts) mountIds.add(mountId);
      if (hung === true) return;
      for (const { target } of mounts) {
        const remount = [mount, '-n', '-c', '-i', '-o', 'remount,ro', target] as const;
        const deadline = budget.reserved(remountDeadline, partsAfter);
        const remounted = await run(remount, deadline, undefined, flushIdle);
        // The next is of the same file system.
        if (remounted.hung === true) break;
      }
    }),
  ]);
  return { mountIds, everything: everything.ok };
}

function writableMounts(snapshot: Snapshot, plan: TeardownPlan): readonly MountPoint[] {
  const names = new Map(snapshot.devices.map(({ devnum, name }) => [devnum, name]));
  return mountsLeft(snapshot, plan).filter(
    (mount) =>
      isWritable(mount) && (mount.devnum.startsWith('0:') || isThere(names.get(mount.devnum))),
  );
}

function mountsLeft(snapshot: Snapshot, plan: TeardownPlan): readonly MountPoint[] {
  const stuck = new Set(plan.waves.flat().flatMap((step) => mountIdOf(step)));
  return snapshot.mounts.filter(({ mountId }) => stuck.has(mountId));
}

/** A tmpfs has nothing to flush, and will be emptied. */
function isWritable({ fstype, options, superOptions }: MountPoint): boolean {
  return fstype !== 'tmpfs' && !isReadOnly(options) && !isReadOnly(superOptions);
}

function bySuperblock(mounts: readonly MountPoint[]): readonly (readonly MountPoint[])[] {
  return [...Map.groupBy(mounts, ({ devnum }) => devnum).values()];
}

/** The snapshot has no name for a device that is gone. */
function isThere(device: string | undefined): boolean {
  return device !== undefined && !isCutOff(device);
}

function mountIdOf(step: TeardownPlan['waves'][number][number]): readonly number[] {
  return step.kind === 'unmount' && !step.lazy ? [step.mountId] : [];
}

function isReadOnly(options: string): boolean {
  return options.split(',').includes('ro');
}
