/** A running Debian live system with a root shell for the test, whose medium can be pulled. */
import { join } from 'node:path';
import { execa } from 'execa';
import { connectGuest, guestPorts, type GuestLines } from './guest-lines.ts';
import type { LiveRoot } from './live-root.ts';
import type { LiveStick } from './live-stick.ts';
import type { StackDisks } from './stack-disks.ts';
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

export interface LiveMachine extends GuestLines, AsyncDisposable {
  readonly machine: VirtualMachine;
  /** With the stick as D1, for a look when the machine has ended. */
  readonly disks: StackDisks;
  /** Of the persistence volume, as lower-case hex. */
  readonly volumeKey: string;
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
      ports: guestPorts(directory),
    }),
  );
  const lines = connectGuest(directory);
  stack.defer(() => lines.shell.close());
  const kept = stack.move();
  return {
    ...lines,
    machine,
    disks: { directory, format: 'qcow2' },
    volumeKey: stick.volumeKey,
    persistence: options.disc === undefined ? '/dev/sda2' : '/dev/vda2',
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
