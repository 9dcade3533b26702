/** One drawn machine: made, shut down by our exitrd, its memory searched and its disks looked at again. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Failure, reasonOf } from '../../src/failure.ts';
import { searchDump } from '../../src/scan/search-dump.ts';
import { scratchDirectory } from '../support/scratch-directory.ts';
import type { VirtualMachine } from '../support/virtual-machine.ts';
import { layersToOpen } from './demands.ts';
import { cryptsOf, type DrawnMachine } from './drawn-machine.ts';
import { machineScript } from './machine-script.ts';
import { complaints, longestSeconds, type DiskFinding, type Evidence } from './verdict.ts';
import { emptyMachineDisks, goOn, writeScript, type WaitingMachine } from './waiting-machine.ts';

export interface TortureRun {
  /** Empty when all is as it should be. */
  readonly complaints: readonly string[];
  readonly evidence: Evidence;
  /** All the console showed, of the shutdown and then of the look at the disks. */
  readonly log: string;
}

/** @param synced whether all is written before the exitrd is entered, as systemd-shutdown does; ours needs none of that. */
export async function tortureRun(
  waiting: WaitingMachine,
  machine: DrawnMachine,
  judge = complaints,
  synced = false,
): Promise<TortureRun> {
  await using disks = await scratchDirectory();
  await emptyMachineDisks(disks.path);
  const script = machineScript(machine, 'make');
  await writeScript(disks.path, synced ? `synced=30\n${script}` : script);
  const shutdown = await shutDown(waiting, disks.path, machine);
  const { findings, log } = await lookAgain(waiting, disks.path, machine);
  const evidence = { ...shutdown.evidence, findings };
  return {
    complaints: judge(machine, evidence),
    evidence,
    log: `${shutdown.log}\n--- the disks looked at again ---\n${log}`,
  };
}

async function shutDown(waiting: WaitingMachine, disks: string, machine: DrawnMachine) {
  await using running = await goOn(waiting, disks);
  const begun = await running.console.waitForLine(/entering the exitrd|torture: cannot make/, 120);
  if (begun.includes('cannot make')) {
    await sleep(500);
    throw new Failure(running.console.tail(12));
  }
  const entered = running.age();
  const unplugging = unplug(running, machine);
  const end = await endOf(running, machine);
  const seconds = running.age() - entered;
  await unplugging;
  await running.quit();
  const log = running.console.lines().join('\n');
  const made = await reportLines(disks);
  const { findings } = await searchDump(running.memoryFile, {
    keys: cryptsOf(machine).map(({ name = '', key = '' }) => ({
      name,
      content: Buffer.from(key.slice(0, 128), 'hex'),
    })),
    tolerance: 0,
  });
  const evidence = {
    end,
    seconds,
    report: reportIn(log),
    memory: findings,
    crypts: Number(made.find(({ kind }) => kind === 'made')?.['crypts']),
  };
  return { evidence, log };
}

async function endOf(running: VirtualMachine, machine: DrawnMachine): Promise<Evidence['end']> {
  const limit = longestSeconds(machine) + 30;
  try {
    if (machine.verb !== 'halt') return (await running.waitForEnd(limit)).reason;
    // A halted machine stays on, so that a wrong verb shows as an event.
    return await Promise.race([
      running.console.waitForLine(/reboot: System halted/, limit).then(() => 'halted' as const),
      running.waitForEnd(limit).then(({ reason }) => reason),
    ]);
  } catch (error) {
    return { failed: reasonOf(error).split('\n')[0] ?? '' };
  }
}

/** As somebody pulls a plug: the machine is not asked. */
async function unplug(running: VirtualMachine, { faults }: DrawnMachine): Promise<void> {
  for (const fault of faults) {
    if (fault.kind !== 'unplugged') continue;
    await sleep(fault.after * 1000);
    await running.monitor.execute('device_del', { id: fault.serial }).catch(() => undefined);
  }
}

function reportIn(log: string): Evidence['report'] {
  const json = /shutdownramfs: (?<json>\{"version".*\})/.exec(log)?.groups?.['json'];
  return json === undefined ? undefined : (JSON.parse(json) as Evidence['report']);
}

async function lookAgain(waiting: WaitingMachine, disks: string, machine: DrawnMachine) {
  const layers = layersToOpen(machine);
  if (layers.length === 0) return { findings: [], log: '' };
  await writeScript(disks, machineScript(machine, 'open', layers));
  await using running = await goOn(waiting, disks);
  const failed = await running.waitForEnd(120).then(
    () => '',
    (error: unknown) => reasonOf(error),
  );
  const lines = await reportLines(disks);
  const findings = lines.filter(({ kind }) => kind !== 'end') as unknown as DiskFinding[];
  return { findings, log: `${running.console.lines().join('\n')}\n${failed}` };
}

async function reportLines(disks: string): Promise<readonly Record<string, unknown>[]> {
  const text = await readFile(join(disks, 'report'), 'utf8');
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}
