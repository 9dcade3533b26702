/**
 * File systems that somebody froze (fsfreeze(8)) and left so. To unmount one takes only its mount point away: it stays
 * in use, and no path leads to it any more (freeze_super() in fs/super.c holds it). Nothing in procfs or sysfs tells
 * which are frozen, so each is asked to thaw: one that is not says EINVAL.
 */
import type { Snapshot } from '../snapshot/snapshot.ts';
import type { Budget } from './budget.ts';
import type { Run } from './execute-plan.ts';
import type { Journal } from './journal.ts';

const busybox = '/usr/bin/busybox';
const deadline = 3_000;

/** All in one child, side by side, so that one that does not answer keeps nobody waiting. */
const script = `for mount; do
  { ${busybox} fsfreeze --unfreeze "$mount" 2>/dev/null && echo "$mount"; } &
done
wait`;

export async function thawFrozen(
  snapshot: Snapshot,
  oldRoot: string,
  budget: Budget,
  run: Run,
  journal: Journal,
): Promise<void> {
  const targets = new Map(
    snapshot.mounts
      // Of what has no device of its own only btrfs lies on one.
      .filter(({ devnum, fstype }) => !devnum.startsWith('0:') || fstype === 'btrfs')
      .filter(({ target }) => target === oldRoot || target.startsWith(`${oldRoot}/`))
      .map(({ devnum, target }) => [devnum, target]),
  );
  if (targets.size === 0) return;
  const command = [busybox, 'sh', '-c', script, 'thaw', ...targets.values()] as const;
  const { stdout } = await run(command, budget.deadline(deadline));
  for (const target of stdout.split('\n').filter(Boolean)) {
    journal.detail(`thaw ${target}, which was frozen`);
  }
}
