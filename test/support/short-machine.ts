/**
 * The short way to a shutdown: a kernel and an initramfs build a stack of block devices, make its top
 * the root and hand over to an exitrd as systemd-shutdown does. No distribution is involved.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Firmware } from './firmware.ts';
import { guestInitramfs } from './guest-initramfs.ts';
import { guestKernel } from './guest-kernel.ts';
import { canInspect, startInspection } from './inspecting-machine.ts';
import { scratchDirectory } from './scratch-directory.ts';
import { makeDisks, usualMib, type StackDisks } from './stack-disks.ts';
import { startVirtualMachine, type Disk, type VirtualMachine } from './virtual-machine.ts';

export interface ShortMachineOptions {
  /** The name of a file in guest/stack. */
  readonly stack: string;
  readonly disks: StackDisks;
  /** An uncompressed cpio archive, unpacked to /run/initramfs. */
  readonly exitrd: string;
  /** Default `poweroff`. */
  readonly verb?: string;
  /** Whose hand-over to imitate; default 257. */
  readonly systemd?: 252 | 257;
  /** More words for the kernel's command line. */
  readonly commandLine?: string;
  readonly memoryMib?: number;
  readonly processors?: number;
  /** What the kernel does with memory that is freed; default `zeroed`. */
  readonly freed?: 'zeroed' | 'kept';
  /** For EFI; BIOS without. */
  readonly firmware?: Firmware;
  /** Has a hardware watchdog, not armed. */
  readonly watchdog?: boolean;
}

/** Empty until a machine was started on them. */
export async function emptyDisks(): Promise<StackDisks & AsyncDisposable> {
  const directory = await scratchDirectory();
  const disks = await makeDisks(directory.path, usualMib);
  return { ...disks, [Symbol.asyncDispose]: async () => await directory[Symbol.asyncDispose]() };
}

const commonWords = 'quiet norandmaps panic=0';

/** Up to the kernel's start; the exitrd's `/shutdown` runs some seconds later by itself. */
export async function startShortMachine(options: ShortMachineOptions): Promise<VirtualMachine> {
  const words = [
    `mode=run verb=${options.verb ?? 'poweroff'}`,
    `systemd=${options.systemd ?? 257}`,
    // As the project asks of a machine whose root is encrypted.
    `init_on_free=${options.freed === 'kept' ? 0 : 1}`,
    options.commandLine ?? '',
  ];
  const exitrd: Disk = {
    path: options.exitrd,
    format: 'raw',
    serial: 'exitrd',
    writes: 'refused',
  };
  return await start(options.disks, 'kept', options.stack, words.join(' '), [exitrd], options);
}

type MachineSettings = Pick<
  ShortMachineOptions,
  'memoryMib' | 'processors' | 'firmware' | 'watchdog'
>;

/** With the two disks of a stack and others; the report ports write beside the disks. */
export async function start(
  { directory, format }: StackDisks,
  writes: Disk['writes'],
  stack: string,
  commandLine: string,
  more: readonly Disk[],
  { memoryMib = 768, processors = 1, firmware, watchdog = false }: MachineSettings = {},
): Promise<VirtualMachine> {
  const kernel = await guestKernel();
  // QEMU has read it when it has started.
  await using work = await scratchDirectory();
  const disks = ['D1', 'D2'].map((serial): Disk => ({
    path: join(directory, serial),
    format,
    serial,
    writes,
  }));
  return await startVirtualMachine({
    kernel: kernel.image,
    initrd: await guestInitramfs(kernel, [stack], work.path),
    commandLine: `${commonWords} stack=${stack} ${commandLine}`,
    memoryMib,
    processors,
    ...(firmware === undefined ? {} : { firmware }),
    watchdog,
    disks: [...disks, ...more],
    ports: ['report', 'known'].map((name) => ({
      kind: 'file',
      name,
      path: join(directory, name),
    })),
  });
}

/** What a stack's disks hold when looked at afresh, in the order of guest/stack's `inspect_stack`. */
export type Finding =
  | {
      readonly kind: 'ext4';
      readonly name: string;
      readonly state: string;
      /** Set while an ext4 with a journal is mounted writable, cleared when it is unmounted. */
      readonly needsRecovery: boolean;
      /** Exit status of `fsck -fn`. */
      readonly fsck: number;
      /** Whether what was written before is there. */
      readonly known: 'intact' | 'damaged';
    }
  | {
      readonly kind: 'btrfs';
      readonly name: string;
      /** Exit status of `btrfs check`. */
      readonly check: number;
      readonly known: 'intact' | 'damaged';
    }
  /** Of bcache: what is dirty in the cache stays there. */
  | { readonly kind: 'cache'; readonly state: 'clean' | 'dirty' | 'no cache' | 'inconsistent' }
  | { readonly kind: 'member'; readonly device: string; readonly state: string }
  | {
      readonly kind: 'array';
      readonly name: string;
      readonly degraded: number;
      readonly syncAction: string;
    }
  | {
      readonly kind: 'key';
      readonly name: string;
      readonly cipher: string;
      readonly hex: string;
    }
  | { readonly kind: 'end' };

export interface Inspection {
  readonly findings: readonly Finding[];
  /** Volume keys of the stack's dm-crypt devices, as lower-case hex. */
  readonly keys: readonly string[];
  /** What was written before into the stack's file systems, one after the other. */
  readonly known: Buffer;
}

/** By a second machine on the disks, which stay as they are. */
export async function inspectDisks(stack: string, disks: StackDisks): Promise<Inspection> {
  await using machine = (await canInspect(disks))
    ? await startInspection(stack, disks.directory)
    : await start(disks, 'discarded', stack, 'mode=inspect', []);
  await machine.waitForEnd(120);
  const report = await readFile(join(disks.directory, 'report'), 'utf8');
  const findings = report
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Finding);
  return {
    findings: findings.filter(({ kind }) => kind !== 'end'),
    keys: findings.flatMap((finding) => (finding.kind === 'key' ? [finding.hex] : [])),
    known: await readFile(join(disks.directory, 'known')),
  };
}
