#!/usr/bin/env node
/**
 * The faults of test/faults under dracut's exitrd and systemd's own beside ours: how each ended, which keys are left
 * in memory, what was saved. Writes test/faults/peers.json, of which docs/faults.md shows a table. Words: parts of the
 * names of faults, all without; `--exitrd` for one exitrd alone.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { reasonOf } from '../src/failure.ts';
import { faultGroups } from '../test/faults/groups.ts';
import { contender } from '../test/support/contender.ts';
import type { Fault } from '../test/support/fault.ts';
import { searchMemory } from '../test/support/guest-memory.ts';
import { ourExitrd } from '../test/support/our-exitrd.ts';
import {
  exitrdNames,
  mergeOutcomes,
  peerOutcome,
  longestSeconds,
  type ExitrdName,
  type PeerOutcome,
  type RawOutcome,
} from '../test/support/peer-outcome.ts';
import { emptyDisks, inspectDisks, startShortMachine } from '../test/support/short-machine.ts';
import type { VirtualMachine } from '../test/support/virtual-machine.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { exitrd: { type: 'string' } },
});
const output = join(import.meta.dirname, '../test/faults/peers.json');

// What is broken in our own image, or allowed in our configuration, means nothing to the others.
const comparable = faultGroups
  .flatMap(({ faults }) => faults)
  .filter(
    ({ damage, configuration = '' }) =>
      damage === undefined && !configuration.includes('[last-resort]'),
  );
const wanted = comparable.filter(
  ({ name }) => positionals.length === 0 || positionals.some((part) => name.includes(part)),
);

const contenders = exitrdNames.filter(
  (name) => values.exitrd === undefined || values.exitrd === name,
);

const outcomes: PeerOutcome[] = [];
for (const name of contenders) {
  await using usual = await contender(name);
  for (const fault of wanted) {
    const { configuration } = fault;
    const isConfigured = name === 'ours' && configuration !== undefined;
    await using configured = isConfigured ? await ourExitrd({}, configuration) : undefined;
    const { archive } = configured ?? usual;
    const outcome = await measure(fault, name, archive).catch((error: unknown) => {
      process.stdout.write(`${fault.name}: ${name}: not measured: ${reasonOf(error)}\n`);
    });
    if (outcome === undefined) continue;
    process.stdout.write(`${JSON.stringify(outcome)}\n`);
    outcomes.push(outcome);
    const before = JSON.parse(await readFile(output, 'utf8').catch(() => '[]')) as PeerOutcome[];
    const merged = mergeOutcomes(before, outcomes, comparable);
    await writeFile(output, `${JSON.stringify(merged, undefined, 2)}\n`);
  }
}

async function measure(fault: Fault, name: ExitrdName, exitrd: string): Promise<PeerOutcome> {
  const { stack, verb, commandLine, memoryMib = 1024, meanwhile } = fault;
  await using disks = await emptyDisks();
  await using machine = await startShortMachine({
    stack,
    disks,
    exitrd,
    memoryMib,
    ...(verb === undefined ? {} : { verb }),
    // systemd-shutdown has everything written before, and waits up to 30 s for it (sync_with_progress()).
    commandLine: `${commandLine ?? ''} synced=30`,
  });
  await machine.console.waitForLine(/handover: entering the exitrd/, 120);
  // What is done to the machine may wait for words that only ours says.
  void meanwhile?.(machine).catch(() => undefined);
  const entered = machine.age();
  const end = await endOf(machine, verb);
  const seconds = machine.age() - entered;
  await machine.monitor.execute('stop').catch(() => undefined);
  await machine.quit();
  const { findings, keys } = await inspectDisks(stack, disks);
  const memory = await searchMemory(machine.memoryFile, { keys, markers: {} });
  const found = new Set(memory.keys.map(({ key }) => key));
  return peerOutcome(fault, name, { end, seconds, keys, found, findings });
}

async function endOf(machine: VirtualMachine, verb: Fault['verb']): Promise<RawOutcome['end']> {
  try {
    const ended = machine.waitForEnd(longestSeconds).then(({ reason }) => reason);
    if (verb !== 'halt') return await ended;
    const halted = machine.console.waitForLine(/reboot: System halted/, longestSeconds);
    return await Promise.race([ended, halted.then(() => 'halted' as const)]);
  } catch (error) {
    return { failed: reasonOf(error) };
  }
}
