/** A running Debian whose writes are its own, with a root shell for the test. */
import { join } from 'node:path';
import { execa } from 'execa';
import { debianDisks, debianRoot } from './debian-root.ts';
import { connectGuest, guestPorts, type GuestLines } from './guest-lines.ts';
import type { StackDisks } from './stack-disks.ts';
import { scratchDirectory } from './scratch-directory.ts';
import { startVirtualMachine, type Disk, type VirtualMachine } from './virtual-machine.ts';

export interface DebianOptions {
  /** More words for the kernel's command line. */
  readonly commandLine?: string;
  /** Default true: the kernel zeroes what is freed. */
  readonly initOnFree?: boolean;
  readonly memoryMib?: number;
  readonly onReset?: 'stop' | 'boot';
  /** A tar archive; in the guest it is /dev/disk/by-id/virtio-payload. */
  readonly payload?: string;
}

export interface DebianMachine extends GuestLines, AsyncDisposable {
  readonly machine: VirtualMachine;
  readonly disks: StackDisks;
  /** As lower-case hex. */
  readonly volumeKey: string;
}

export async function startDebian(options: DebianOptions = {}): Promise<DebianMachine> {
  const root = await debianRoot();
  const { directory: base, volumeKey } = await debianDisks(root);
  await using stack = new AsyncDisposableStack();
  const directory = stack.use(await scratchDirectory()).path;
  const disks = { directory, format: 'qcow2' } as const;
  for (const name of ['D1', 'D2']) {
    const words = ['create', '-q', '-f', 'qcow2', '-F', 'raw', '-b', join(base, name)];
    await execa('qemu-img', [...words, join(directory, name)]);
  }
  const machine = stack.use(
    await startVirtualMachine({
      kernel: root.kernel,
      initrd: root.initrd,
      commandLine: [
        'root=/dev/mapper/vg0-root ro norandmaps panic=0 loglevel=5',
        `init_on_free=${options.initOnFree === false ? 0 : 1}`,
        options.commandLine ?? '',
      ].join(' '),
      memoryMib: options.memoryMib ?? 1024,
      onReset: options.onReset ?? 'stop',
      disks: [...stackDisks(directory), ...payloadDisk(options.payload)],
      ports: guestPorts(directory),
    }),
  );
  const lines = connectGuest(directory);
  stack.defer(() => lines.shell.close());
  const kept = stack.move();
  return {
    ...lines,
    machine,
    disks,
    volumeKey,
    [Symbol.asyncDispose]: async () => {
      await kept.disposeAsync();
    },
  };
}

function stackDisks(directory: string): readonly Disk[] {
  return ['D1', 'D2'].map((serial) => ({
    path: join(directory, serial),
    format: 'qcow2',
    serial,
    writes: 'kept',
  }));
}

function payloadDisk(path: string | undefined): readonly Disk[] {
  return path === undefined ? [] : [{ path, format: 'raw', serial: 'payload', writes: 'refused' }];
}
