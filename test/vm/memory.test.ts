/**
 * What of a user's data is left in RAM by a kernel that zeroes nothing, on a root that is an overlay
 * with a branch in memory: without overwriting, with it, and when the overlay cannot be unmounted.
 */
import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { exitrdReport } from '../support/exitrd-report.ts';
import { makeFirmware, readVariable } from '../support/firmware.ts';
import { ourExitrd } from '../support/our-exitrd.ts';
import { scratchDirectory } from '../support/scratch-directory.ts';
import { runShutdown, type ShutdownRun } from '../support/shutdown-run.ts';

const third = 32 << 20;
/** As guest/stack/memory takes them. */
const markers = {
  'a file in the branch': randomBytes(third),
  'a zram device': randomBytes(third),
  "a process' memory": randomBytes(third),
};
const planted = Buffer.concat(Object.values(markers));

interface Options {
  readonly stack?: string;
  readonly freed: 'zeroed' | 'kept';
  readonly overwrite: string;
  readonly processors?: number;
}

async function run({
  stack = 'memory',
  freed,
  overwrite,
  processors = 1,
}: Options): Promise<ShutdownRun> {
  await using exitrd = await ourExitrd();
  return await runShutdown({
    stack,
    freed,
    planted,
    exitrd: exitrd.archive,
    memoryMib: 1024,
    processors,
    commandLine: `planted=${planted.length} shutdownramfs.overwrite=${overwrite}`,
  });
}

/** Pieces found by where they were planted. */
async function remains(machine: ShutdownRun): Promise<Readonly<Record<string, number>>> {
  const { keys, markers: found } = await machine.searchMemory(markers);
  expect(keys).toEqual([]);
  return Object.fromEntries(found.map(({ marker, found }) => [marker, found]));
}

const nothing = {
  'file system': 0,
  'a file in the branch': 0,
  'a zram device': 0,
  "a process' memory": 0,
};

test('without overwriting most of it stays, else the tests below would prove nothing', async () => {
  await using machine = await run({ freed: 'kept', overwrite: 'never' });
  expect(exitrdReport(machine.log)).toMatchObject({ clean: true, freed: 'kept' });
  expect(machine.log).toMatch(/old root freed, 1 key wiped, 0 left, freed memory not erased/);
  const { markers: found } = await machine.searchMemory(markers);
  for (const { found: some, pieces } of found) expect(some).toBeGreaterThan(pieces / 2);
});

test('what is overwritten is gone, to the last piece', async () => {
  // Each processor keeps free pages for itself.
  await using machine = await run({ freed: 'kept', overwrite: 'when-needed', processors: 2 });
  const { overwritten, ...report } = exitrdReport(machine.log);
  expect(report).toMatchObject({ clean: true, freed: 'kept' });
  expect(overwritten).toMatchObject({ passes: 3, end: 'all' });
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

test('an overlay that nothing can free: its branch is emptied, the key wiped', async () => {
  await using machine = await run({ stack: 'pinned-branch', freed: 'zeroed', overwrite: 'never' });
  const report = exitrdReport(machine.log);
  expect(report).toMatchObject({ clean: false, wiped: ['crypt0'], keysRemaining: [] });
  expect(report.left).toContain('unmount /oldroot');
  const found = await remains(machine);
  // The lower file system is in use, and so is its page cache; what was only in memory is gone.
  expect({ ...found, 'file system': 0 }).toEqual(nothing);
});

test.each([
  { title: 'never made', offered: false, policy: 'set', told: 'absent', byte: undefined },
  { title: 'left as it was set', offered: true, policy: 'set', told: 'set', byte: 1 },
  {
    title: 'taken back when nothing remains',
    offered: true,
    policy: 'clear-when-clean',
    told: 'cleared',
    byte: 0,
  },
])("the firmware's request to clear memory is $title", async ({ offered, policy, told, byte }) => {
  await using directory = await scratchDirectory();
  await using firmware = await makeFirmware(directory.path, offered);
  const configuration = `[firmware]\nmemory-overwrite-request = "${policy}"\n`;
  await using exitrd = await ourExitrd({}, configuration);
  await using machine = await runShutdown({
    stack: 'efi',
    firmware,
    exitrd: exitrd.archive,
    memoryMib: 1024,
  });
  expect(exitrdReport(machine.log)).toMatchObject({ clean: true, memoryOverwriteRequest: told });
  const variable = await readVariable(firmware.variables, 'MemoryOverwriteRequestControl');
  // The kernel's EFI stub has set it at the start.
  expect(variable?.[0]).toBe(byte);
});
