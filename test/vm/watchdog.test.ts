/** A machine whose hardware watchdog systemd has armed: fed while something happens, and only then. */
import { expect, test } from 'vitest';
import { expectCleanDisks } from '../support/clean-disks.ts';
import { ourExitrd } from '../support/our-exitrd.ts';
import { runShutdown } from '../support/shutdown-run.ts';

const options = { stack: 'watchdog', watchdog: true, memoryMib: 1024 } as const;
const armed = 'armed=40000000';

test('a shutdown that somebody looks at for longer is not reset', async () => {
  await using exitrd = await ourExitrd();
  await using machine = await runShutdown({
    ...options,
    exitrd: exitrd.archive,
    commandLine: `${armed} shutdownramfs.debug=pause:50`,
  });
  expect(machine.reason).toBe('guest-shutdown');
  expect(machine.seconds).toBeGreaterThan(45);
  expectCleanDisks(machine);
});

test('an executable that does nothing, and a guard that lets it, end in a reset', async () => {
  await using exitrd = await ourExitrd({
    runtime: `echo alive 600 >&4; while :; do /guard/busybox sleep 60; done`,
  });
  await using machine = await runShutdown({
    ...options,
    exitrd: exitrd.archive,
    commandLine: armed,
  });
  expect(machine.reason).toBe('guest-reset');
});
