/**
 * A machine with a crash kernel loaded, for which the running kernel keeps a copy of the volume key: in the
 * keyring it came from, in a list of its own, and in memory that is reserved.
 */
import { randomBytes } from 'node:crypto';
import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { crashKernel } from '../support/crash-kernel.ts';
import { searchMemory } from '../support/guest-memory.ts';
import { guestInitramfs } from '../support/guest-initramfs.ts';
import { guestKernel } from '../support/guest-kernel.ts';
import { ourExitrd } from '../support/our-exitrd.ts';
import { scratchDirectory } from '../support/scratch-directory.ts';
import { emptyDisks } from '../support/short-machine.ts';
import { startVirtualMachine } from '../support/virtual-machine.ts';

async function startCrashMachine(verb: string, words: string) {
  await using stack = new AsyncDisposableStack();
  const exitrd = stack.use(await ourExitrd());
  const disks = stack.use(await emptyDisks());
  const work = stack.use(await scratchDirectory());
  const kernel = await crashKernel();
  const bytes = await readFile(kernel);
  const key = randomBytes(64);
  {
    await using disk = await open(join(disks.directory, 'D2'), 'r+');
    await disk.write(key, 0, key.length, 2 ** 19);
    await disk.write(bytes, 0, bytes.length, 2 ** 20);
  }
  const machine = stack.use(
    await startVirtualMachine({
      kernel,
      // Of Debian's kernel there are only modules in it, which this one does not take.
      initrd: await guestInitramfs(await guestKernel(), ['A'], work.path),
      commandLine: [
        `rdinit=/guest/crash-init quiet norandmaps panic=0 crashkernel=128M ${words}`,
        `mode=run systemd=257 verb=${verb} kernel=${bytes.length}`,
      ].join(' '),
      memoryMib: 1024,
      disks: [
        ...['D1', 'D2'].map((serial) => ({
          path: join(disks.directory, serial),
          format: 'raw' as const,
          serial,
          writes: 'kept' as const,
        })),
        { path: exitrd.archive, format: 'raw', serial: 'exitrd', writes: 'refused' },
      ],
    }),
  );
  const kept = stack.move();
  return {
    machine,
    /** What of the key is in the memory, the machine standing still meanwhile. */
    findings: async () => {
      await machine.monitor.execute('stop').catch(() => undefined);
      const secrets = { keys: [key.toString('hex')], markers: {} };
      const { keys } = await searchMemory(machine.memoryFile, secrets);
      await machine.monitor.execute('cont').catch(() => undefined);
      return keys;
    },
    [Symbol.asyncDispose]: async () => await kept.disposeAsync(),
  };
}

// Where the kernel zeroes what is freed, less has to be done.
test.each([
  ['poweroff', 'guest-shutdown', 'reboot: Power down', 'kept'],
  ['kexec', 'guest-reset', 'kexec_core: Starting new kernel', 'removed'],
])('%s leaves no copy of the volume key', async (verb, reason, lastLine, names) => {
  await using started = await startCrashMachine(verb, `init_on_free=0 names=${names}`);
  const { machine, findings } = started;
  await machine.console.waitForLine(/handover: entering the exitrd/, 90);
  const before = await findings();
  expect(before.filter(({ part, shape }) => part === 'whole' && shape === 'raw')).toHaveLength(3);
  await machine.console.waitForLine(/shutdownramfs: old root freed, 1 key wiped, 0 left/, 60);
  const { reason: end } = await machine.waitForEnd(60);
  expect(end).toBe(reason);
  const log = machine.console.lines().join('\n');
  expect(log).toContain('"crashKernel":"wiped"');
  expect(log).toContain(lastLine);
  expect(await findings()).toEqual([]);
});
