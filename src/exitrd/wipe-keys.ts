/**
 * The ladder for a crypt device that cannot be closed: make read-only and flush while the key is
 * there, suspend, wipe the key, put an error table in its place so that whatever still hangs on it
 * fails instead of blocking. Once a device is suspended nothing may sync or unmount what is on it
 * until its table was replaced: that would block for ever.
 *
 * Sources: dm-crypt's `key wipe` message (drivers/md/dm-crypt.c), dmsetup(8).
 */
import type { CloseCrypt, TeardownPlan } from '../plan/plan.ts';
import type { Snapshot } from '../snapshot/snapshot.ts';
import type { Budget } from './budget.ts';
import type { Run } from './execute-plan.ts';
import { isCutOff } from './cut-off.ts';
import { dmsetupWords } from './step-command.ts';

export interface KeyWipe {
  readonly name: string;
  readonly wiped: boolean;
  /** What stood in the way when it was not. */
  readonly reason: string;
}

const mount = '/usr/bin/mount';
const busybox = '/usr/bin/busybox';

/**
 * Mounts whose data still goes to a block device: what has to be flushed while the keys are there. One
 * whose device is gone is left as it is.
 */
export async function flushAndMakeReadOnly(
  snapshot: Snapshot,
  plan: TeardownPlan,
  budget: Budget,
  run: Run,
): Promise<void> {
  const stuck = new Set(plan.waves.flat().flatMap((step) => mountIdOf(step)));
  const names = new Map(snapshot.devices.map(({ devnum, name }) => [devnum, name]));
  const writable = snapshot.mounts.filter(
    ({ mountId, devnum, fstype, options, superOptions }) =>
      stuck.has(mountId) &&
      // It has nothing to flush, and will be emptied.
      fstype !== 'tmpfs' &&
      !isReadOnly(options) &&
      !isReadOnly(superOptions) &&
      (devnum.startsWith('0:') || isThere(names.get(devnum))),
  );
  await run([busybox, 'sync'], budget.reserved(5_000));
  await Promise.all(
    writable.map(({ target }) =>
      run([mount, '-n', '-c', '-i', '-o', 'remount,ro', target], budget.reserved(5_000)),
    ),
  );
}

/** The snapshot has no name for a device that is gone. */
function isThere(device: string | undefined): boolean {
  return device !== undefined && !isCutOff(device);
}

/** One device after the other, the uppermost first, because flushing one writes to those below. */
export async function wipeKeys(
  plan: TeardownPlan,
  budget: Budget,
  run: Run,
): Promise<readonly KeyWipe[]> {
  const wipes: KeyWipe[] = [];
  for (const step of plan.waves.flat()) {
    if (step.kind === 'close-crypt') wipes.push(await wipeKey(step, budget, run));
  }
  return wipes;
}

async function wipeKey(step: CloseCrypt, budget: Budget, run: Run): Promise<KeyWipe> {
  const { name } = step;
  const suspended = await suspend(step, budget, run);
  const message = await run(
    [...dmsetupWords('message'), name, '0', 'key', 'wipe'],
    budget.reserved(2_000),
  );
  // Replacing the table frees the old one with its key, so that this alone would do.
  const replaced = await run([...dmsetupWords('wipe_table'), name], budget.reserved(2_000));
  const wiped = message.ok || replaced.ok;
  return { name, wiped, reason: wiped ? '' : suspended.reason || message.reason };
}

/** With a flush and the file system frozen, unless that fails or would wait for a medium that is gone. */
async function suspend({ name, device }: CloseCrypt, budget: Budget, run: Run) {
  const words = dmsetupWords('suspend');
  if (!isCutOff(device)) {
    const gently = await run([...words, name], budget.reserved(5_000));
    if (gently.ok) return gently;
  }
  return run([...words, '--noflush', '--nolockfs', name], budget.reserved(2_000));
}

function mountIdOf(step: TeardownPlan['waves'][number][number]): readonly number[] {
  return step.kind === 'unmount' && !step.lazy ? [step.mountId] : [];
}

function isReadOnly(options: string): boolean {
  return options.split(',').includes('ro');
}
