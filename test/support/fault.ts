/**
 * A fault as data: what is broken, what our exitrd must make of it, and what its user sees. The machines of
 * test/vm/faults show that each is so; docs/faults.md is made of the same data.
 */
import type { Damage } from './our-exitrd.ts';
import type { VirtualMachine } from './virtual-machine.ts';

export interface Fault {
  /** What is wrong, as a row of the table begins: `a disk that answers no more, below LUKS`. */
  readonly name: string;
  /** The file of guest/stack that makes it so. */
  readonly stack: string;
  /** Default `poweroff`. */
  readonly verb?: 'poweroff' | 'reboot' | 'halt' | 'kexec';
  /** More words for the kernel's command line. */
  readonly commandLine?: string;
  readonly memoryMib?: number;
  /** The text of a shutdownramfs.toml. */
  readonly configuration?: string;
  readonly damage?: Damage;
  /** What is done to the machine from outside once the exitrd was entered, for as long as it runs. */
  readonly meanwhile?: (machine: VirtualMachine) => Promise<void>;
  /**
   * What the report must hold, matched as by toMatchObject; `undefined` where the executable is what is
   * broken, so that the guard ends the machine without a report.
   */
  readonly report: object | undefined;
  /** Who stands in the way, as the log names it; not there where nobody does. */
  readonly blocker?: RegExp;
  /** The line that tells the user, as the console has it; `…` stands for anything. */
  readonly seen: string;
  readonly saved: Saved;
  /** File systems (names of findings) whose device was dead: nothing is demanded of these. */
  readonly lost?: readonly string[];
  /**
   * Data that was read or written may still be in memory, as some of it is pinned by what could not be freed. Keys
   * never may.
   */
  readonly plaintextMayRemain?: true;
  /** Of crypt devices, at least; default 1. */
  readonly keys?: number;
  /** The longest time from the hand-over to the end; default 105: budget and grace of the guard. */
  readonly seconds?: number;
}

/**
 * `cleanly`: every file system, array and cache clean, known data intact. `all data`: intact after the journal was
 * replayed. `nothing`: the disks are not looked at.
 */
export type Saved = 'cleanly' | 'all data' | 'nothing';

export interface FaultGroup {
  /** A heading of docs/faults.md. */
  readonly title: string;
  /** The file of test/vm/faults, without its end. */
  readonly file: string;
  readonly faults: readonly Fault[];
}

/** Whether a log has the line; what `…` stands for is within that line. */
export function hasLine(log: string, line: string): boolean {
  const parts = line.split('…').map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(parts.join('.*')).test(log);
}
