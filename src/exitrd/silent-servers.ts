/**
 * File systems that a server or a process gives, which answers no more. Whoever asks it waits, an unmount above it or a
 * loop device on one of its files among them, so no unmount of its own is ever tried: it is made to fail beforehand. What
 * answers, be it with an error, is left alone.
 */
import { isServed } from '../plan/file-system-class.ts';
import type { MountPoint, Snapshot } from '../snapshot/snapshot.ts';
import type { Budget } from './budget.ts';
import type { Run } from './execute-plan.ts';
import { forcedUnmountCommand, writeToEach } from './step-command.ts';
import type { Command } from './run-with-deadline.ts';

/** Milliseconds, while no disk answers anything and nothing is written either. */
const silence = 5_000;
/** Behind much that is being written a question may wait its turn. */
const patience = 20_000;
const deadline = 5_000;
const mostAsked = 64;

/** What was made to fail, each with why. */
export async function failSilentServers(
  { mounts }: Snapshot,
  budget: Budget,
  run: Run,
): Promise<readonly string[]> {
  const served = mounts.filter(({ fstype }) => isServed(fstype));
  const bySuperblock = [...Map.groupBy(served, ({ devnum }) => devnum).values()];
  const silent = await Promise.all(
    bySuperblock.slice(0, mostAsked).map(async ([first]) => {
      if (first === undefined || !(await isSilent(first, budget, run))) return [];
      for (const command of failureOf(first)) await run(command, budget.deadline(deadline));
      return [`${first.target}: its server does not answer`];
    }),
  );
  return silent.flat();
}

/** By statfs(2), which every kind of them passes on. In a child, which may wait for ever. */
async function isSilent({ target }: MountPoint, budget: Budget, run: Run): Promise<boolean> {
  if (budget.deadline(silence) < silence) return false;
  const question: Command = ['/usr/bin/busybox', 'stat', '-f', '--', target];
  const { hung } = await run(question, budget.deadline(patience), undefined, silence);
  return hung === true;
}

/**
 * A forced unmount of what is in use unmounts nothing, but what waits fails. Over NFS only what waits at that moment: all
 * that comes later does so from Linux 6.5 on (`shutdown` in fs/nfs/sysfs.c).
 */
function failureOf({ fstype, devnum, target }: MountPoint): readonly Command[] {
  const force = forcedUnmountCommand(target);
  return /^nfs4?$/.test(fstype)
    ? [writeToEach('1', [`/sys/fs/nfs/${devnum}/shutdown`]), force]
    : [force];
}
