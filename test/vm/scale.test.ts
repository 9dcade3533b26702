/** Hundreds of mounts and devices at once. */
import { expect, test } from 'vitest';
import { expectCleanDisks } from '../support/clean-disks.ts';
import { exitrdReport } from '../support/exitrd-report.ts';
import { exitrdWithPeak, forestSize, peakMib, runForest } from '../support/forest.ts';

test('500 mounts, 200 devices of device-mapper and 64 loop devices are all freed, in one round', async () => {
  await using exitrd = await exitrdWithPeak();
  await using machine = await runForest(exitrd.archive, 100);
  const [mounts, dm, loops] = forestSize(machine.log);
  expect(mounts).toBeGreaterThanOrEqual(500);
  expect(dm).toBeGreaterThanOrEqual(200);
  expect(loops).toBeGreaterThanOrEqual(64);
  expect(machine.reason).toBe('guest-shutdown');
  expect(exitrdReport(machine.log)).toMatchObject({
    clean: true,
    rounds: 1,
    left: [],
    failures: [],
    wiped: [],
    keysRemaining: [],
    closed: { length: 25 },
  });
  expect(machine.seconds).toBeLessThan(90);
  expect(peakMib(machine.log)).toBeLessThan(160);
  expectCleanDisks(machine);
  expect(machine.keys).toHaveLength(25);
  const { keys, markers } = await machine.searchMemory();
  expect(keys).toEqual([]);
  expect(markers).toMatchObject([{ marker: 'file system', found: 0 }]);
});
