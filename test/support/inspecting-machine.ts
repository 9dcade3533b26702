/**
 * The machine that looks at what a short one left on its disks. It is booted once, saved, and goes on from there for
 * every other, of whichever stack: to boot would take longer than to look.
 */
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';
import { accelerator } from './accelerator.ts';
import { built } from './build-cache.ts';
import { guestInitramfs, recipeOfInitramfs } from './guest-initramfs.ts';
import { guestKernel } from './guest-kernel.ts';
import { saveMachine, savedIn } from './saved-machine.ts';
import { scratchDirectory } from './scratch-directory.ts';
import { makeDisks, usualMib, type StackDisks } from './stack-disks.ts';
import { startVirtualMachine, type Disk, type VirtualMachine } from './virtual-machine.ts';

/** Its disks have the size and the format that those had with which it was saved. */
export async function canInspect({ directory, format }: StackDisks): Promise<boolean> {
  const sizes = await Promise.all(
    ['D1', 'D2'].map(async (name) => (await stat(join(directory, name))).size),
  );
  return format === 'raw' && sizes.every((size) => size === usualMib * 2 ** 20);
}

/** On copies of the disks D1 and D2 in a directory; its ports write there. */
export async function startInspection(stack: string, directory: string): Promise<VirtualMachine> {
  const machine = await start(await savedInspection(), directory, true);
  machine.type(`${Math.floor(Date.now() / 1000)} ${stack}\n`);
  return machine;
}

let saved: Promise<string> | undefined;

async function savedInspection(): Promise<string> {
  saved ??= saveInspection();
  return await saved;
}

async function saveInspection(): Promise<string> {
  const kernel = await guestKernel();
  const stacks = await readdir(join(import.meta.dirname, 'guest/stack'));
  const recipe = {
    initramfs: await recipeOfInitramfs(kernel, stacks),
    kernel: kernel.image,
    accelerator: await accelerator(kernel.image),
    version: (await execa('qemu-system-x86_64', ['--version'])).stdout,
    processor: (await execa('grep', ['-m1', 'model name', '/proc/cpuinfo'], { reject: false }))
      .stdout,
    layout: 1,
  };
  return await built('inspection', recipe, async (directory) => {
    await guestInitramfs(kernel, stacks, directory);
    await using scratch = await scratchDirectory();
    await makeDisks(scratch.path, usualMib);
    await using machine = await start(directory, scratch.path, false);
    await machine.console.waitForLine(/init: waiting for the time and a stack/, 120);
    // It says so before it reads.
    await sleep(1_000);
    await saveMachine(machine, savedIn(directory));
  });
}

async function start(kept: string, directory: string, isSaved: boolean): Promise<VirtualMachine> {
  const kernel = await guestKernel();
  return await startVirtualMachine({
    kernel: kernel.image,
    initrd: join(kept, 'initramfs.cpio'),
    commandLine: 'quiet norandmaps panic=0 mode=inspect',
    disks: ['D1', 'D2'].map((serial): Disk => ({
      path: join(directory, serial),
      format: 'raw',
      serial,
      writes: 'discarded',
    })),
    ports: ['report', 'known'].map((name) => ({
      kind: 'file',
      name,
      path: join(directory, name),
    })),
    ...(isSaved && { saved: savedIn(kept) }),
  });
}
