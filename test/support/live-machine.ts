/** A running Debian live system with a root shell for the test, whose medium can be pulled. */
import { stat, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { connectShell, type GuestShell } from './guest-shell.ts';
import type { LiveRoot } from './live-root.ts';
import type { LiveStick } from './live-stick.ts';
import type { StackDisks } from './short-machine.ts';
import { scratchDirectory } from './scratch-directory.ts';
import { startVirtualMachine, type Disk, type VirtualMachine } from './virtual-machine.ts';

export interface LiveOptions {
  readonly root: LiveRoot;
  readonly stick: LiveStick;
  /** To start from instead of the stick. */
  readonly disc?: string;
  /** More words for the kernel's command line. */
  readonly commandLine?: string;
  /** Default true: the kernel zeroes what is freed. */
  readonly initOnFree?: boolean;
  readonly memoryMib?: number;
}

export interface LiveMachine extends AsyncDisposable {
  readonly machine: VirtualMachine;
  readonly shell: GuestShell;
  /** With the stick as D1, for a look when the machine has ended. */
  readonly disks: StackDisks;
  /** The file that has what the guest writes to its port `data`. */
  readonly data: string;
  /** Of the persistence volume, as lower-case hex. */
  readonly volumeKey: string;
  /** Until all of the system has started. */
  waitForSystem(deadlineSeconds?: number): Promise<void>;
  /** Runs commands in the guest and returns what they write to `$data`, byte for byte. */
  collect(script: string): Promise<Buffer>;
  /** The node of the persistence volume in the guest. */
  readonly persistence: string;
  /** Takes the stick out as a hand does, or presses the button of the drive. */
  pull(): Promise<void>;
}

export async function startLive(options: LiveOptions): Promise<LiveMachine> {
  const { root, stick } = options;
  await using stack = new AsyncDisposableStack();
  const directory = stack.use(await scratchDirectory()).path;
  const create = ['create', '-q', '-f', 'qcow2'];
  await execa('qemu-img', [...create, '-F', 'raw', '-b', stick.path, join(directory, 'D1')]);
  await execa('qemu-img', [...create, join(directory, 'D2'), '1M']);
  const shellSocket = join(directory, 'shell');
  const data = join(directory, 'data');
  const machine = stack.use(
    await startVirtualMachine({
      kernel: root.kernel,
      initrd: root.initrd,
      commandLine: [
        'boot=live norandmaps panic=0 loglevel=5',
        options.disc === undefined ? '' : 'live-media=/dev/sr0',
        `init_on_free=${options.initOnFree === false ? 0 : 1}`,
        options.commandLine ?? '',
      ].join(' '),
      memoryMib: options.memoryMib ?? 1024,
      disks: [
        {
          path: join(directory, 'D1'),
          format: 'qcow2',
          serial: 'medium',
          writes: 'kept',
          bus: options.disc === undefined ? 'usb' : 'virtio',
        },
        ...discDisk(options.disc),
      ],
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
    disks: { directory, format: 'qcow2' },
    data,
    volumeKey: stick.volumeKey,
    persistence: options.disc === undefined ? '/dev/sda2' : '/dev/vda2',
    async waitForSystem(deadlineSeconds = 300) {
      await shell.run('systemctl is-system-running --wait || true', deadlineSeconds);
    },
    async collect(script) {
      const { size } = await stat(data);
      await shell.run(`data=/dev/virtio-ports/data\n${script}`, 120);
      return (await readFile(data)).subarray(size);
    },
    async pull() {
      if (options.disc === undefined) {
        await machine.monitor.execute('device_del', { id: 'medium' });
      } else {
        // It is refused while the guest holds the tray, and the guest is told of the button.
        await machine.monitor.execute('eject', { id: 'disc' }).catch(() => undefined);
      }
    },
    [Symbol.asyncDispose]: async () => {
      await kept.disposeAsync();
    },
  };
}

function discDisk(path: string | undefined): readonly Disk[] {
  return path === undefined
    ? []
    : [{ path, format: 'raw', serial: 'disc', writes: 'refused', bus: 'cd' }];
}
