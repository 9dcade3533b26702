/**
 * What of a user's data is left in RAM by a kernel that zeroes nothing, on a root that is an overlay
 * with a branch in memory: without overwriting, with it, and when the overlay cannot be unmounted.
 */
import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { exitrdReport } from '../support/exitrd-report.ts';
import { ourExitrd } from '../support/our-exitrd.ts';
import { runShutdown, type ShutdownRun } from '../support/shutdown-run.ts';

const half = 16 << 20;
const markers = {
  'a file in the branch': randomBytes(half),
  "a process' memory": randomBytes(half),
};
const planted = Buffer.concat(Object.values(markers));

interface Options {
  readonly stack?: string;
  readonly freed: 'zeroed' | 'kept';
  readonly overwrite: string;
}

async function run({ stack = 'memory', freed, overwrite }: Options): Promise<ShutdownRun> {
  await using exitrd = await ourExitrd();
  return await runShutdown({
    stack,
    freed,
    planted,
    exitrd: exitrd.archive,
    memoryMib: 1024,
    commandLine: `planted=${planted.length} shutdownramfs.overwrite=${overwrite}`,
  });
}

/** Pieces found by where they were planted. */
async function remains(machine: ShutdownRun): Promise<Readonly<Record<string, number>>> {
  const { keys, markers: found } = await machine.searchMemory(markers);
  expect(keys).toEqual([]);
  return Object.fromEntries(found.map(({ marker, found }) => [marker, found]));
}

const nothing = { 'file system': 0, 'a file in the branch': 0, "a process' memory": 0 };

test('without overwriting most of it stays, else the tests below would prove nothing', async () => {
  await using machine = await run({ freed: 'kept', overwrite: 'never' });
  expect(exitrdReport(machine.log)).toMatchObject({ clean: true, freed: 'kept' });
  expect(machine.log).toMatch(/old root freed, 1 key wiped, 0 left, freed memory not erased/);
  const { markers: found } = await machine.searchMemory(markers);
  for (const { found: some, pieces } of found) expect(some).toBeGreaterThan(pieces / 2);
});

test('what is overwritten is gone, to the last piece', async () => {
  await using machine = await run({ freed: 'kept', overwrite: 'when-needed' });
  const { overwritten, ...report } = exitrdReport(machine.log);
  expect(report).toMatchObject({ clean: true, freed: 'kept' });
  expect(overwritten).toMatchObject({ passes: 2, end: 'all' });
  // The rest is what the kernel keeps for itself.
  expect(overwritten?.freeMib).toBeGreaterThan(700);
  expect(overwritten!.freeMib - overwritten!.coveredMib).toBeLessThan(8);
  expect(await remains(machine)).toEqual(nothing);
});

test('where the kernel has zeroed it, nothing is overwritten', async () => {
  await using machine = await run({ freed: 'zeroed', overwrite: 'when-needed' });
  const report = exitrdReport(machine.log);
  expect(report).toMatchObject({ clean: true, freed: 'zeroed' });
  expect(report).not.toHaveProperty('overwritten');
  expect(await remains(machine)).toEqual(nothing);
});
