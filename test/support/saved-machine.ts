/**
 * A machine kept as it was at one moment: its memory as a file, and the state of its devices as QEMU's migration
 * writes it (QEMU docs/devel/migration.rst, capability x-ignore-shared). To go on from there takes
 * less than a second, where to boot takes ten.
 */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';
import { Failure } from '../../src/failure.ts';
import type { QemuMonitor } from './qemu-monitor.ts';
import type { VirtualMachine } from './virtual-machine.ts';

export interface SavedMachine {
  readonly memory: string;
  readonly state: string;
}

export function savedIn(directory: string): SavedMachine {
  return { memory: join(directory, 'memory'), state: join(directory, 'state') };
}

/** The machine stands still afterwards, and is to be disposed of. */
export async function saveMachine(
  { monitor, memoryFile }: VirtualMachine,
  saved: SavedMachine,
): Promise<void> {
  await monitor.execute('stop');
  await leaveMemoryOut(monitor);
  await monitor.execute('migrate', { uri: `exec:cat >${saved.state}` });
  await migrated(monitor);
  await copySparsely(memoryFile, saved.memory);
}

export async function copySavedMemory({ memory }: SavedMachine, file: string): Promise<void> {
  await copySparsely(memory, file);
}

/** QEMU was started with `-incoming defer`. */
export async function resumeMachine(monitor: QemuMonitor, { state }: SavedMachine): Promise<void> {
  await leaveMemoryOut(monitor);
  await monitor.execute('migrate-incoming', { uri: `exec:cat ${state}` });
  await migrated(monitor);
  const { running } = (await monitor.execute('query-status')) as { running: boolean };
  if (!running) await monitor.execute('cont');
}

async function leaveMemoryOut(monitor: QemuMonitor): Promise<void> {
  await monitor.execute('migrate-set-capabilities', {
    capabilities: [{ capability: 'x-ignore-shared', state: true }],
  });
}

async function migrated(monitor: QemuMonitor): Promise<void> {
  const deadline = Date.now() + 30_000;
  while (Date.now() < deadline) {
    const { status } = (await monitor.execute('query-migrate')) as { status?: string };
    if (status === 'completed') return;
    if (status === 'failed') throw new Failure('save or resume a machine: QEMU: migration failed');
    await sleep(20);
  }
  throw new Failure('save or resume a machine: not within 30 s');
}

async function copySparsely(from: string, to: string): Promise<void> {
  await execa('cp', ['--sparse=always', from, to]);
}
