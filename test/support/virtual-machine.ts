/**
 * A machine of QEMU that lives as long as the test that started it. Its memory is a file, and stays
 * readable when the guest has switched itself off: nothing has to be dumped.
 */
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { Failure } from '../../src/failure.ts';
import { accelerator, accelerationArguments } from './accelerator.ts';
import type { Firmware } from './firmware.ts';
import { connectMonitor, type MonitorEvent, type QemuMonitor } from './qemu-monitor.ts';
import { copySavedMemory, resumeMachine, type SavedMachine } from './saved-machine.ts';
import { createSerialConsole, type SerialConsole } from './serial-console.ts';

export interface MachineOptions {
  readonly kernel: string;
  readonly initrd: string;
  /** Added to what the serial console needs. */
  readonly commandLine: string;
  readonly memoryMib?: number;
  /** Default 1: where QEMU translates, more of them only wait for each other's translations. */
  readonly processors?: number;
  readonly disks?: readonly Disk[];
  /** Ports of virtio-serial by name (/sys/class/virtio-ports/x/name). */
  readonly ports?: readonly Port[];
  /** What a reset does: `stop` keeps memory as power-off does, `boot` starts the machine again. */
  readonly onReset?: 'stop' | 'boot';
  /** Of a machine with EFI; one with BIOS without. */
  readonly firmware?: Firmware;
  /** Has a hardware watchdog, not armed. */
  readonly watchdog?: boolean;
  /** Instead of booting, goes on where a machine was saved that had the same options but for the files' names. */
  readonly saved?: SavedMachine;
}

export interface Disk {
  readonly path: string;
  readonly format: 'raw' | 'qcow2';
  /** /sys/block/x/serial. */
  readonly serial: string;
  /** `discarded`: the guest may write, the file stays as it is. */
  readonly writes: 'kept' | 'discarded' | 'refused';
  /** Default `virtio`; `usb` is a stick, `cd` a disc. The monitor knows all by their serial. */
  readonly bus?: 'virtio' | 'usb' | 'cd';
}

/** What the guest writes goes to a file, or both ways through a socket made by QEMU. */
export type Port =
  | { readonly kind: 'file'; readonly name: string; readonly path: string }
  | { readonly kind: 'socket'; readonly name: string; readonly path: string };

export interface VirtualMachine extends AsyncDisposable {
  readonly console: SerialConsole;
  readonly monitor: QemuMonitor;
  /** The guest's physical memory, byte for byte, until the machine is disposed of. */
  readonly memoryFile: string;
  /** Seconds since the start. */
  age(): number;
  /** Keys pressed on the console. */
  type(text: string): void;
  /** Until the guest has switched itself off or reset itself; memory is kept. */
  waitForEnd(deadlineSeconds: number): Promise<MachineEnd>;
  /** Ends QEMU, so that others can use the disks. The file of the memory stays. */
  quit(): Promise<void>;
}

interface MachineEnd {
  readonly reason: 'guest-shutdown' | 'guest-reset';
  readonly seconds: number;
}

export async function startVirtualMachine(options: MachineOptions): Promise<VirtualMachine> {
  const memoryMib = options.memoryMib ?? 768;
  const acceleration = await accelerator(options.kernel);
  const parent = await roomyDirectory(memoryMib);
  const directory = await mkdtemp(join(parent, `${ownPrefix}${process.pid}-`));
  const memoryFile = join(directory, 'memory');
  const monitorSocket = join(directory, 'monitor');
  if (options.saved !== undefined) await copySavedMemory(options.saved, memoryFile);
  const started = Date.now();
  // Should this process be killed, the kernel kills QEMU too.
  const qemu = execa('setpriv', ['--pdeathsig', 'KILL', 'qemu-system-x86_64', ...qemuArguments()], {
    stdin: 'pipe',
    stdout: 'pipe',
    stderr: 'pipe',
    buffer: { stdout: false },
    reject: false,
  });
  const console = createSerialConsole();
  qemu.stdout.setEncoding('utf8').on('data', (text: string) => {
    console.feed(text);
  });
  qemu.stdin.on('error', () => {
    // QEMU has gone; `qemu` tells why.
  });
  const gone = qemu.then((result) => {
    const error = new Failure(`run QEMU: it ended: ${result.stderr.trim()}`);
    console.close(error);
    throw error;
  });
  gone.catch(() => undefined);

  function qemuArguments(): string[] {
    return [
      ['-nodefaults', '-no-user-config', '-display', 'none', '-machine', 'memory-backend=ram'],
      options.firmware?.arguments ?? ['-machine', 'pc'],
      accelerationArguments[acceleration],
      ['-smp', `${options.processors ?? 1}`],
      ['-m', `${memoryMib}`, '-object'],
      `memory-backend-file,id=ram,share=on,mem-path=${memoryFile},size=${memoryMib}M`,
      ['-chardev', 'stdio,id=console,signal=off', '-serial', 'chardev:console'],
      ['-qmp', `unix:${monitorSocket},server=on,wait=off`],
      ['-action', `shutdown=pause,reboot=${options.onReset === 'boot' ? 'reset' : 'shutdown'}`],
      ['-kernel', options.kernel, '-initrd', options.initrd],
      ['-append', `console=ttyS0 ${options.commandLine}`],
      (options.disks ?? []).flatMap(diskArguments),
      portArguments(options.ports ?? []),
      options.watchdog === true ? ['-device', 'i6300esb'] : [],
      options.saved === undefined ? [] : ['-incoming', 'defer'],
    ].flat();
  }

  async function dispose(): Promise<void> {
    qemu.kill('SIGKILL');
    await qemu;
    await rm(directory, { recursive: true, force: true });
  }

  async function connect(): Promise<QemuMonitor> {
    const connected = await connectMonitor(monitorSocket);
    if (options.saved !== undefined) await resumeMachine(connected, options.saved);
    return connected;
  }
  const monitor = await Promise.race([connect(), gone]).catch(async (error: unknown) => {
    await dispose();
    throw error;
  });
  return {
    console,
    monitor,
    memoryFile,
    age: () => (Date.now() - started) / 1000,
    type: (text) => void qemu.stdin.write(text),
    async waitForEnd(deadlineSeconds) {
      const ended = monitor.waitForEvent('SHUTDOWN', deadlineSeconds);
      // Never resolves: a panic and the deadline reject it.
      const panicked = console.waitForLine(/(?!)/, deadlineSeconds);
      panicked.catch(() => undefined);
      const event: MonitorEvent = await Promise.race([ended, panicked.then(unreachable), gone]);
      return {
        reason: event.data?.['reason'] as MachineEnd['reason'],
        seconds: (Date.now() - started) / 1000,
      };
    },
    async quit() {
      await monitor.execute('quit').catch(() => undefined);
      await qemu;
    },
    async [Symbol.asyncDispose]() {
      monitor.close();
      await dispose();
    },
  };
}

function unreachable(): never {
  throw new Error('matched what nothing matches');
}

function diskArguments(disk: Disk, index: number): string[] {
  const drive = [
    `file=${disk.path}`,
    `format=${disk.format}`,
    `id=disk${index}`,
    'if=none',
    // The guest's disks need not survive the host's power failure, and tests must not wait for flushes.
    'cache=unsafe',
    `snapshot=${disk.writes === 'discarded' ? 'on' : 'off'}`,
    `readonly=${disk.writes === 'refused' ? 'on' : 'off'}`,
  ];
  const facts = `drive=disk${index},serial=${disk.serial}`;
  const devices = {
    virtio: ['-device', `virtio-blk-pci,id=${disk.serial},${facts}`],
    usb: ['-device', 'qemu-xhci', '-device', `usb-storage,id=${disk.serial},removable=on,${facts}`],
    cd: ['-device', `ide-cd,id=${disk.serial},${facts}`],
  } as const;
  return ['-drive', drive.join(','), ...devices[disk.bus ?? 'virtio']];
}

function portArguments(ports: readonly Port[]): string[] {
  if (ports.length === 0) return [];
  const each = ports.map(({ kind, name, path }, index) => [
    '-chardev',
    kind === 'file'
      ? `file,id=port${index},path=${path}`
      : `socket,id=port${index},path=${path},server=on,wait=off`,
    '-device',
    `virtserialport,chardev=port${index},name=${name}`,
  ]);
  return ['-device', 'virtio-serial-pci', ...each.flat()];
}

const ownPrefix = 'shutdownramfs-vm-';

/** What tests that were killed have left is the memory of whole machines. */
async function removeAbandoned(parent: string): Promise<void> {
  for (const name of await readdir(parent)) {
    const owner = /^\d+(?=-)/.exec(name.startsWith(ownPrefix) ? name.slice(ownPrefix.length) : '');
    if (owner === null || existsSync(`/proc/${owner[0]}`)) continue;
    await rm(join(parent, name), { recursive: true, force: true });
  }
}

/** Shared memory when it has room, since a mapped file elsewhere is written back to its disk. */
async function roomyDirectory(memoryMib: number): Promise<string> {
  await removeAbandoned('/dev/shm').catch(() => undefined);
  const shared = await statfs('/dev/shm').catch(() => undefined);
  const freeMib = shared === undefined ? 0 : (shared.bavail * shared.bsize) / 2 ** 20;
  return freeMib > memoryMib + 256 ? '/dev/shm' : tmpdir();
}
