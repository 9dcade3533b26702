/** One whole run of a short machine: built, shut down through an exitrd, and its disks looked at. */
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import type { Findings } from '../../src/scan/findings.ts';
import { searchMemory, type Secrets } from './guest-memory.ts';
import { processorWait } from './processor-wait.ts';
import {
  emptyDisks,
  inspectDisks,
  startShortMachine,
  type Finding,
  type ShortMachineOptions,
} from './short-machine.ts';
import type { VirtualMachine } from './virtual-machine.ts';

export interface ShutdownRun extends AsyncDisposable {
  /** All the console showed. */
  readonly log: string;
  /** Seconds from the exec of `/shutdown` to power-off or reset. */
  readonly seconds: number;
  /** How many of these the virtual processor waited for a real one. */
  readonly waited: number;
  readonly reason: 'guest-shutdown' | 'guest-reset' | 'halted';
  readonly findings: readonly Finding[];
  /** Volume keys of all dm-crypt devices of the stack, as lower-case hex. */
  readonly keys: readonly string[];
  /** What the guest's memory held when it ended of those keys, of the stack's file systems, and of more. */
  searchMemory(more?: Secrets['markers']): Promise<Findings>;
}

interface ShutdownOptions extends Omit<ShortMachineOptions, 'disks'> {
  /** What the second disk begins with. */
  readonly planted?: Uint8Array;
  /** What is done to the machine once the exitrd was entered, for as long as it runs. */
  readonly meanwhile?: (machine: VirtualMachine) => Promise<void>;
}

const endSeconds = 150;

/** The machine stays on. */
async function waitForHalt(
  machine: VirtualMachine,
): Promise<Pick<ShutdownRun, 'reason' | 'seconds'>> {
  await machine.console.waitForLine(/reboot: System halted/, endSeconds);
  return { reason: 'halted', seconds: machine.age() };
}

export async function runShutdown({
  planted,
  meanwhile,
  ...options
}: ShutdownOptions): Promise<ShutdownRun> {
  await using stack = new AsyncDisposableStack();
  const disks = stack.use(await emptyDisks());
  if (planted !== undefined) {
    await using disk = await open(join(disks.directory, 'D2'), 'r+');
    await disk.write(planted);
  }
  const machine = stack.use(await startShortMachine({ ...options, disks }));
  await machine.console.waitForLine(/handover: entering the exitrd/, 90);
  const entered = machine.age();
  const waitedBefore = await processorWait(machine.monitor);
  const [{ reason, seconds }] = await Promise.all([
    options.verb === 'halt' ? waitForHalt(machine) : machine.waitForEnd(endSeconds),
    meanwhile?.(machine),
  ]);
  const waited = (await processorWait(machine.monitor)) - waitedBefore;
  await machine.quit();
  const { findings, keys, known } = await inspectDisks(options.stack, disks);
  const kept = stack.move();
  return {
    log: machine.console.lines().join('\n'),
    seconds: seconds - entered,
    waited,
    reason,
    findings,
    keys,
    searchMemory: async (more = {}) =>
      await searchMemory(machine.memoryFile, { keys, markers: { 'file system': known, ...more } }),
    [Symbol.asyncDispose]: async () => {
      await kept.disposeAsync();
    },
  };
}
