/**
 * The machine that all drawn ones go on from: booted, our exitrd in place, waiting for its script. It is
 * made once for an exitrd and kept, since booting takes most of a short machine's time.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { copyFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { built } from '../support/build-cache.ts';
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

/** @param exitrd an uncompressed cpio archive. Returns the directory that `goOn` wants. */
export async function waitingMachine(exitrd: string): Promise<string> {
  await using scratch = await scratchDirectory();
  const kernel = await guestKernel();
  const initrd = await guestInitramfs(kernel, 'torture', scratch.path);
  const digests = await Promise.all([initrd, exitrd].map(digestOf));
  return await built(
    'waiting-machine',
    { digests, kernel: kernel.image, layout: 1 },
    async (to) => {
      await copyFile(initrd, join(to, 'initrd'));
      await copyFile(exitrd, join(to, 'exitrd'));
      await emptyMachineDisks(scratch.path);
      await using machine = await start(to, scratch.path, false);
      await machine.console.waitForLine(/torture: waiting for the script/, 120);
      await saveMachine(machine, savedIn(to));
    },
  );
}

/** With disks that are other ones by now; what is read from its ports begins anew. */
export async function goOn(waiting: string, disks: string): Promise<VirtualMachine> {
  return await start(waiting, disks, true);
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

async function digestOf(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}
