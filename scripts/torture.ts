#!/usr/bin/env node
/**
 * Draws machines, shuts them down and judges how they ended. Options: `--seed` of the first (else a new one),
 * `--count` (default 1), `--jobs` at the same time (default 1), `--logs` for the directory that gets the console of each
 * that failed, `--exitrd` for dracut's or systemd's in place of ours, `--record` to write what it made of each into
 * test/torture/peers.json, everything being synced before, `--draw` to print what is drawn alone. Ends with 1 when any failed.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { reasonOf } from '../src/failure.ts';
import { contender } from '../test/support/contender.ts';
import { exitrdNames } from '../test/support/peer-outcome.ts';
import { describeMachine } from '../test/torture/describe-machine.ts';
import { drawMachine } from '../test/torture/draw-machine.ts';
import { drawnOutcome, mergeDrawn, type DrawnOutcome } from '../test/torture/drawn-outcome.ts';
import { machineScript } from '../test/torture/machine-script.ts';
import { tortureRun } from '../test/torture/torture-run.ts';
import { complaints, complaintsOfAny } from '../test/torture/verdict.ts';
import { waitingMachine, type WaitingMachine } from '../test/torture/waiting-machine.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    count: { type: 'string', default: '1' },
    jobs: { type: 'string', default: '1' },
    logs: { type: 'string', default: join(tmpdir(), 'shutdownramfs-torture') },
    exitrd: { type: 'string', default: 'ours' },
    record: { type: 'boolean', default: false },
    draw: { type: 'boolean', default: false },
  },
});
const first = Number(values.seed ?? Date.now() % 1_000_000);
const exitrdName = exitrdNames.find((name) => name === values.exitrd);
if (exitrdName === undefined) throw new Error(`--exitrd ${values.exitrd} is none`);
const exitrd = exitrdName;
const outcomes = join(import.meta.dirname, '../test/torture/peers.json');
const seeds = Array.from({ length: Number(values.count) }, (_, index) => first + index);

if (values.draw) {
  for (const seed of seeds) process.stdout.write(`${seed} ${describeMachine(drawMachine(seed))}\n`);
} else {
  await using program = await contender(exitrd);
  await using waiting = await waitingMachine(program.archive);
  let failures = 0;
  const left = [...seeds];
  const work = async (): Promise<void> => {
    for (let seed = left.shift(); seed !== undefined; seed = left.shift()) {
      if (!(await torture(waiting, seed))) failures += 1;
    }
  };
  await Promise.all(Array.from({ length: Number(values.jobs) }, work));
  process.stdout.write(`${seeds.length - failures} of ${seeds.length} as they should be\n`);
  process.exitCode = failures === 0 ? 0 : 1;
}

async function torture(machines: WaitingMachine, seed: number): Promise<boolean> {
  const machine = drawMachine(seed);
  const line = `seed ${seed}: ${describeMachine(machine)}`;
  try {
    const {
      complaints: wrong,
      evidence,
      log,
    } = await tortureRun(
      machines,
      machine,
      exitrd === 'ours' ? complaints : complaintsOfAny,
      values.record,
    );
    if (values.record) await record(drawnOutcome(exitrd, machine, evidence));
    const { end, seconds, crypts } = evidence;
    const how = `${typeof end === 'string' ? end : 'failed'} in ${seconds.toFixed(1)} s, ${crypts} keys`;
    process.stdout.write(`${line} -> ${how}: ${wrong.length === 0 ? 'ok' : 'FAILED'}\n`);
    if (wrong.length > 0) await keep(seed, [line, ...wrong, log]);
    for (const complaint of wrong) process.stdout.write(`    ${complaint}\n`);
    return wrong.length === 0;
  } catch (error) {
    process.stdout.write(`${line} -> NOT MADE\n    ${reasonOf(error)}\n`);
    await keep(seed, [line, reasonOf(error)]);
    return false;
  }

  async function keep(number: number, parts: readonly string[]): Promise<void> {
    await mkdir(values.logs, { recursive: true });
    const text = [...parts, '--- its script ---', machineScript(machine, 'make')].join('\n');
    await writeFile(join(values.logs, `${number}.log`), text);
  }
}

async function record(outcome: DrawnOutcome): Promise<void> {
  const before = JSON.parse(await readFile(outcomes, 'utf8').catch(() => '[]')) as DrawnOutcome[];
  const merged = mergeDrawn(before, [outcome]);
  await writeFile(outcomes, `${JSON.stringify(merged, undefined, 2)}\n`);
}
