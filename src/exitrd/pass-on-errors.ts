/**
 * Devices of device-mapper that keep what is written until there is room or a path again. Whoever could give it is gone:
 * dmeventd(8) and multipathd(8) were killed, so waiting helps nobody and an unmount above would wait for ever. A path
 * that failed is tried anew before, since nobody else does; no pool is made larger, since a shutdown changes no layout.
 *
 * Sources: dm-mpath.c, dm-thin.c in drivers/md, and Documentation/admin-guide/device-mapper/thin-provisioning.rst.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Snapshot } from '../snapshot/snapshot.ts';
import type { Budget } from './budget.ts';
import type { Run } from './execute-plan.ts';
import type { Journal } from './journal.ts';
import { readOneBlock } from './read-one-block.ts';
import { dmsetupWords, writeToEach } from './step-command.ts';

const deadline = 3_000;
/** A path whose other end is being restarted may need some seconds. */
const pathTries = 4;
const pathPause = 1_000;
const noSpaceTimeout = '/sys/module/dm_thin_pool/parameters/no_space_timeout';

/** What was given up, each with why. */
export async function passOnErrors(
  { devices }: Snapshot,
  budget: Budget,
  run: Run,
  journal: Journal,
): Promise<readonly string[]> {
  const named = (target: string) =>
    devices.flatMap(({ name: node, dm }) =>
      dm?.targets.includes(target) === true ? [{ node, name: dm.name }] : [],
    );
  const pools = named('thin-pool');
  if (pools.length > 0) {
    // Seconds, for a pool that fills up from now on.
    await run(writeToEach('1', [noSpaceTimeout]), budget.deadline(deadline));
  }
  const given = await Promise.all([
    ...named('multipath').map((device) => endQueueing(device, budget, run, journal)),
    ...pools.map(({ name }) => endWaitForRoom(name, budget, run)),
  ]);
  return given.filter((reason) => reason !== undefined);
}

interface Device {
  /** The kernel's, `dm-3`. */
  readonly node: string;
  readonly name: string;
}

async function endQueueing({ node, name }: Device, budget: Budget, run: Run, journal: Journal) {
  const message = (...words: string[]) =>
    run([...dmsetupWords('message'), name, '0', ...words], budget.deadline(deadline));
  const paths = async () => parsePaths(await statusOf(name, budget, run));
  let found = await paths();
  for (let tries = 0; tries < pathTries && found.length > 0; tries += 1) {
    if (found.some(({ active }) => active)) break;
    if (tries > 0) await sleep(pathPause);
    for (const { device } of found) await message('reinstate_path', device);
    // What was kept goes out at once; should the path fail again it is seen by this.
    await readOneBlock(`/dev/${node}`, budget.deadline(pathPause), run);
    found = await paths();
    if (found.some(({ active }) => active)) journal.detail(`${name}: a path works again`);
  }
  await message('fail_if_no_path');
  return found.length > 0 && found.every(({ active }) => !active)
    ? `${name}: no path works`
    : undefined;
}

async function endWaitForRoom(name: string, budget: Budget, run: Run) {
  if (!waitsForRoom(await statusOf(name, budget, run))) return undefined;
  // The wait that is under way has the old length; a resumed pool begins another.
  for (const words of [
    dmsetupWords('suspend', '--noflush', '--nolockfs'),
    dmsetupWords('resume'),
  ]) {
    await run([...words, name], budget.deadline(deadline));
  }
  return `${name}: the thin pool is full`;
}

/** Without a flush, which for a thin pool would write its metadata. */
async function statusOf(name: string, budget: Budget, run: Run): Promise<string> {
  const command = [...dmsetupWords('status', '--noflush'), name] as const;
  return (await run(command, budget.deadline(deadline))).stdout;
}

/** multipath_status() in drivers/md/dm-mpath.c: `… 8:16 A 0 8:32 F 1`, active or failed. */
export function parsePaths(status: string): readonly { device: string; active: boolean }[] {
  if (!/^\d+ \d+ multipath /.test(status)) return [];
  return [...status.matchAll(/ (\d+:\d+) ([AF]) \d+/g)].map(([, device = '', state]) => ({
    device,
    active: state === 'A',
  }));
}

/** pool_status() in drivers/md/dm-thin.c. */
export function waitsForRoom(status: string): boolean {
  const words = status.trim().split(/\s+/);
  return (
    words[2] === 'thin-pool' &&
    words.includes('out_of_data_space') &&
    words.includes('queue_if_no_space')
  );
}
