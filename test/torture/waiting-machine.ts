/**
 * The machine that all drawn ones go on from: booted, an exitrd in place, waiting for its script. Booting
 * takes most of a short machine's time.
 */
import { copyFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { guestInitramfs } from '../support/guest-initramfs.ts';
import { guestKernel } from '../support/guest-kernel.ts';
import { saveMachine, savedIn } from '../support/saved-machine.ts';
import { scratchDirectory } from '../support/scratch-directory.ts';
import { startVirtualMachine, type Disk, type VirtualMachine } from '../support/virtual-machine.ts';

const serials = ['D1', 'D2', 'D3', 'D4'];
const diskMib = 640;
const scriptBytes = 64 * 1024;
const memoryMib = 768;

/** Files in a directory: the disks, the script, and what the ports wrote. */
export async function emptyMachineDisks(directory: string): Promise<void> {
  for (const serial of serials) {
    await writeFile(join(directory, serial), '');
    await truncate(join(directory, serial), diskMib * 2 ** 20);
  }
  await writeScript(directory, '');
}

export async function writeScript(directory: string, script: string): Promise<void> {
  await writeFile(join(directory, 'script'), script.padEnd(scriptBytes, '\n'));
}

export interface WaitingMachine extends AsyncDisposable {
  /** Of its initramfs, its exitrd, and of what was saved of it. */
  readonly directory: string;
}

/** @param exitrd an uncompressed cpio archive. */
export async function waitingMachine(exitrd: string): Promise<WaitingMachine> {
  await using stack = new AsyncDisposableStack();
  const { path: directory } = stack.use(await scratchDirectory());
  await using scratch = await scratchDirectory();
  const initrd = await guestInitramfs(await guestKernel(), ['torture'], scratch.path);
  await copyFile(initrd, join(directory, 'initrd'));
  await copyFile(exitrd, join(directory, 'exitrd'));
  await emptyMachineDisks(scratch.path);
  await using machine = await start(directory, scratch.path, false);
  await machine.console.waitForLine(/torture: waiting for the script/, 120);
  await saveMachine(machine, savedIn(directory));
  const kept = stack.move();
  return { directory, [Symbol.asyncDispose]: async () => await kept.disposeAsync() };
}

/** With disks that are other ones by now; what is read from its ports begins anew. */
export async function goOn({ directory }: WaitingMachine, disks: string): Promise<VirtualMachine> {
  return await start(directory, disks, true);
}

async function start(
  waiting: string,
  directory: string,
  isSaved: boolean,
): Promise<VirtualMachine> {
  const kernel = await guestKernel();
  const disks = [...serials, 'script'].map((serial): Disk => ({
    path: join(directory, serial),
    format: 'raw',
    serial,
    writes: 'kept',
  }));
  const path = join(waiting, 'exitrd');
  return await startVirtualMachine({
    kernel: kernel.image,
    initrd: join(waiting, 'initrd'),
    commandLine: 'quiet norandmaps panic=0 init_on_free=1 mode=drawn stack=torture',
    memoryMib,
    disks: [...disks, { path, format: 'raw', serial: 'exitrd', writes: 'refused' }],
    ports: ['report', 'known'].map((name) => ({
      kind: 'file',
      name,
      path: join(directory, name),
    })),
    ...(isSaved ? { saved: savedIn(waiting) } : {}),
  });
}
