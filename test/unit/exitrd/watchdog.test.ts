import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { feedWatchdog, watchdogSeconds } from '../../../src/exitrd/watchdog.ts';

test.each([
  ['none armed', { WATCHDOG_USEC: '0' }, 0],
  ['systemd names none', {}, 0],
  ['the ten minutes of a reboot', { WATCHDOG_USEC: '600000000' }, 600],
  ['garbage', { WATCHDOG_USEC: 'soon' }, 0],
])('%s', (_, environment, seconds) => {
  expect(watchdogSeconds(environment)).toBe(seconds);
});

test('it is fed again and again, and never disarmed', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'watchdog-'));
  const device = join(directory, 'watchdog0');
  await writeFile(device, '');
  await feedWatchdog({ WATCHDOG_USEC: '200000', WATCHDOG_DEVICE: device });
  await expect
    .poll(async () => (await readFile(device)).length, { timeout: 5_000 })
    .toBeGreaterThan(3);
  const fed = await readFile(device);
  expect(fed.every((byte) => byte === 0)).toBe(true);
  await rm(directory, { recursive: true });
});
