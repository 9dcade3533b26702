/** What the guard can do without the executable that needs more than its fault's data: test/faults/runtime.ts. */
import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { expectCleanDisks } from '../support/clean-disks.ts';
import { guestKernel } from '../support/guest-kernel.ts';
import { ourExitrd } from '../support/our-exitrd.ts';
import { runShutdown } from '../support/shutdown-run.ts';

const memoryMib = 1024;

test('where no process can be started at all, the verb and the data are kept', async () => {
  const damage = { runtime: 'echo 20 >/proc/sys/kernel/threads-max' };
  await using exitrd = await ourExitrd(damage);
  await using machine = await runShutdown({
    stack: 'A',
    verb: 'reboot',
    exitrd: exitrd.archive,
    memoryMib,
  });
  expect(machine.log.match(/the guard's shell has failed/g)).toHaveLength(2);
  // No panic, which ends in a reset too.
  expect(machine.log).toContain("ending by reboot with the kernel's own keys");
  expect(machine.log).not.toMatch(/Kernel panic/);
  expect(machine.reason).toBe('guest-reset');
  expectCleanDisks(machine);
});

test('when the executable was killed, kexec starts the kernel that was loaded all the same', async () => {
  const { image } = await guestKernel();
  const kernel = await readFile(image);
  await using exitrd = await ourExitrd({ before: 'kill -KILL $$' });
  await using machine = await runShutdown({
    stack: 'kexec',
    verb: 'kexec',
    exitrd: exitrd.archive,
    memoryMib,
    planted: kernel,
    commandLine: `kernel=${kernel.length}`,
  });
  expect(machine.log).toContain('kexec_core: Starting new kernel');
  expect(machine.reason).toBe('guest-reset');
  expectCleanDisks(machine);
  expect(machine.keys).toHaveLength(1);
  expect((await machine.searchMemory()).keys).toEqual([]);
});
