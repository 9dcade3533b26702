import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { watchProgress, type Progress } from '../../../src/exitrd/progress.ts';
import { feedWatchdog, watchdogSeconds } from '../../../src/exitrd/watchdog.ts';

test.each([
  ['none armed', { WATCHDOG_USEC: '0' }, 0],
  ['systemd names none', {}, 0],
  ['the ten minutes of a reboot', { WATCHDOG_USEC: '600000000' }, 600],
  ['garbage', { WATCHDOG_USEC: 'soon' }, 0],
])('%s', (_, environment, seconds) => {
  expect(watchdogSeconds(environment)).toBe(seconds);
});

const period = 50;

/** A file in place of the device, fed 20 times a second. */
async function watchdog(progress: Progress) {
  const directory = await mkdtemp(join(tmpdir(), 'watchdog-'));
  const device = join(directory, 'watchdog0');
  await writeFile(device, '');
  const WATCHDOG_USEC = `${period * 4 * 1000}`;
  await feedWatchdog({ WATCHDOG_USEC, WATCHDOG_DEVICE: device }, progress);
  return {
    fed: async () => await readFile(device),
    [Symbol.asyncDispose]: async () => await rm(directory, { recursive: true }),
  };
}

test('it is fed while disks answer, and never disarmed', async () => {
  let answers = 0;
  await using device = await watchdog(watchProgress(() => (answers += 1)));
  await expect
    .poll(async () => (await device.fed()).length, { timeout: 10_000 })
    .toBeGreaterThan(3);
  expect((await device.fed()).every((byte) => byte === 0)).toBe(true);
});

test('it is not fed while nothing happens, and is again when something does', async () => {
  const progress = watchProgress(() => 0);
  await using device = await watchdog(progress);
  const steady = async () => {
    const { length } = await device.fed();
    await new Promise((resolve) => setTimeout(resolve, period * 10));
    return (await device.fed()).length === length;
  };
  await expect.poll(steady, { timeout: 10_000 }).toBe(true);
  const { length } = await device.fed();
  progress.mark();
  await expect.poll(async () => (await device.fed()).length, { timeout: 10_000 }).toBe(length + 1);
  await progress.during(
    expect
      .poll(async () => (await device.fed()).length, { timeout: 10_000 })
      .toBeGreaterThan(length + 4),
  );
});
