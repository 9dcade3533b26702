/** A running Debian whose writes are its own, with a root shell for the test. */
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { debianDisks, debianRoot } from './debian-root.ts';
import { connectShell, type GuestShell } from './guest-shell.ts';
import type { StackDisks } from './short-machine.ts';
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

export interface DebianMachine extends AsyncDisposable {
  readonly machine: VirtualMachine;
  readonly shell: GuestShell;
  readonly disks: StackDisks;
  /** As lower-case hex. */
  readonly volumeKey: string;
  /** Until all of the system has started. */
  waitForSystem(deadlineSeconds?: number): Promise<void>;
  /** Runs commands in the guest and returns what they write to `$data`, byte for byte. */
  collect(script: string): Promise<Buffer>;
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
  const shellSocket = join(directory, 'shell');
  const data = join(directory, 'data');
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
      ports: [
        { kind: 'socket', name: 'shell', path: shellSocket },
        { kind: 'file', name: 'data', path: data },
      ],
    }),
  );
  const shell = connectShell(shellSocket);
  stack.defer(() => shell.close());
  const kept = stack.move();
  return {
    machine,
    shell,
    disks,
    volumeKey,
    async waitForSystem(deadlineSeconds = 240) {
      await shell.run('systemctl is-system-running --wait || true', deadlineSeconds);
    },
    async collect(script) {
      const { size } = await stat(data);
      await shell.run(`data=/dev/virtio-ports/data\n${script}`, 120);
      return (await readFile(data)).subarray(size);
    },
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
