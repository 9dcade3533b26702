#!/usr/bin/env node
/**
 * Compares our exitrd with dracut's and with systemd's own: time from the exec of `/shutdown` to
 * power-off, size, memory held, time to build. Run as root; docs/benchmarks.md says what each row means.
 *
 *     npm run bench -- [--rounds N] [--stack NAME]… [--only machine|namespace|image|build]… [--json]
 */
import { mkdtempDisposable } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { reasonOf } from '../src/failure.ts';
import { accelerator } from '../test/support/accelerator.ts';
import { guestKernel } from '../test/support/guest-kernel.ts';
import { exitrdNames, makeExitrds, type Exitrd, type ExitrdName } from './bench/exitrd.ts';
import { measureBuilders } from './bench/measure-builders.ts';
import { packedBytes, unpackedBytes } from './bench/measure-image.ts';
import { runInMachine } from './bench/run-in-machine.ts';
import { runInNamespace } from './bench/run-in-namespace.ts';
import { renderTable, type Row } from './bench/table.ts';

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    stack: { type: 'string', multiple: true, default: ['B', 'E', 'F'] },
    only: { type: 'string', multiple: true, default: ['machine', 'namespace', 'image', 'build'] },
    json: { type: 'boolean', default: false },
  },
});
const rounds = Number(options.rounds);
/** What can be built without device-mapper. */
const namespaceStacks = new Set(['E', 'F']);

await using work = await mkdtempDisposable(join(tmpdir(), 'shutdownramfs-bench-'));
const rows: Row<ExitrdName>[] = [];
const ofExitrds = options.only.some((what) => what !== 'build');
if (ofExitrds) progress('the exitrds');
const exitrds = ofExitrds ? await makeExitrds(work.path, rounds) : [];
if (options.only.includes('machine')) {
  for (const stack of options.stack) rows.push(...(await measureInMachines(stack)));
}
if (options.only.includes('namespace')) {
  for (const stack of options.stack) {
    if (namespaceStacks.has(stack)) rows.push(...(await measureInNamespaces(stack)));
  }
}
if (options.only.includes('image')) rows.push(...(await measureImages()));
const builds = options.only.includes('build')
  ? await measureBuilders(work.path, rounds, progress)
  : { tables: [], rows: [] };
const machine = {
  date: new Date().toISOString().slice(0, 10),
  accelerator: await accelerator((await guestKernel()).image),
  processors: availableParallelism(),
  rounds,
};
if (options.json) {
  process.stdout.write(
    `${JSON.stringify({ version: 1, ...machine, rows: [...rows, ...builds.rows] }, undefined, 2)}\n`,
  );
} else {
  const kind = machine.accelerator === 'tcg' ? 'software emulation' : 'KVM';
  const facts = `${kind}, ${machine.processors} processors, medians of ${rounds}, ${machine.date}`;
  const exitrdTable = ofExitrds ? [renderTable(rows, exitrdNames, ['dracut', 'systemd'])] : [];
  process.stdout.write(`${[facts, ...exitrdTable, ...builds.tables].join('\n\n')}\n`);
}

async function measureInMachines(stack: string): Promise<readonly Row<ExitrdName>[]> {
  const samples = await takeTurns(`${stack} in a machine`, exitrds, async ({ archive }) => {
    const { seconds, undisturbed, left } = await runInMachine(stack, archive);
    return { figures: [seconds, undisturbed], left };
  });
  return [
    samples.row(`${stack}, s to power-off`, 0),
    samples.row(`${stack}, s less waiting for a processor`, 1),
    samples.leftRow(`${stack}, left behind`),
  ];
}

async function measureInNamespaces(stack: string): Promise<readonly Row<ExitrdName>[]> {
  const able = exitrds.filter(({ worksInNamespace }) => worksInNamespace);
  const samples = await takeTurns(`${stack} in a namespace`, able, async ({ archive }) => {
    const { seconds, left } = await runInNamespace(stack, archive);
    return { figures: [seconds], left: left.length > 0 ? `${left.length} loop devices` : '' };
  });
  return [
    samples.row(`${stack} natively without LUKS, s`, 0),
    samples.leftRow(`${stack} natively, left behind`),
  ];
}

interface Sample {
  readonly figures: readonly number[];
  readonly left: string;
}

/** Round by round, so that what else this machine does falls on all alike. */
async function takeTurns(
  what: string,
  contenders: readonly Exitrd[],
  measure: (exitrd: Exitrd) => Promise<Sample>,
) {
  const samples: (Sample & { readonly name: ExitrdName })[] = [];
  for (let round = 1; round <= rounds; round += 1) {
    for (const exitrd of contenders) {
      progress(`${what}: ${exitrd.name}, round ${round}`);
      samples.push({ name: exitrd.name, ...(await measureOrSay(exitrd, measure)) });
    }
  }
  const of = (name: ExitrdName) => samples.filter((sample) => sample.name === name);
  return {
    row: (measure: string, index: number): Row<ExitrdName> => ({
      measure,
      digits: 2,
      figures: byName(contenders, ({ name }) =>
        of(name).flatMap(({ figures }) => figures[index] ?? []),
      ),
    }),
    leftRow: (measure: string): Row<ExitrdName> => ({
      measure,
      digits: 0,
      figures: {},
      remarks: byName(contenders, ({ name }) =>
        [...new Set(of(name).map(({ left }) => left || 'nothing'))].join('; '),
      ),
    }),
  };
}

async function measureOrSay(
  exitrd: Exitrd,
  measure: (exitrd: Exitrd) => Promise<Sample>,
): Promise<Sample> {
  try {
    return await measure(exitrd);
  } catch (error) {
    progress(reasonOf(error));
    return { figures: [], left: 'failed' };
  }
}

async function measureImages(): Promise<readonly Row<ExitrdName>[]> {
  progress('sizes');
  const bytes = new Map<ExitrdName, { readonly unpacked: number; readonly packed: number }>();
  for (const { name, archive } of exitrds) {
    bytes.set(name, {
      unpacked: await unpackedBytes(archive),
      packed: await packedBytes(archive),
    });
  }
  const size = (measure: string, of: (exitrd: Exitrd) => number | undefined): Row<ExitrdName> => ({
    measure,
    digits: 1,
    figures: byName(exitrds, (exitrd) => {
      const value = of(exitrd);
      return value === undefined ? [] : [value / 2 ** 20];
    }),
  });
  const unpacked = ({ name }: Exitrd) => bytes.get(name)?.unpacked;
  return [
    size('memory held while up, MiB', (exitrd) => (exitrd.resident ? unpacked(exitrd) : 0)),
    size('memory held at shutdown, MiB', unpacked),
    size('packed by zstd -19, MiB', ({ name }) => bytes.get(name)?.packed),
    size('packed as shipped, MiB', ({ shippedBytes }) => shippedBytes),
    {
      measure: 'build, s',
      digits: 1,
      figures: byName(exitrds, ({ buildSeconds }) => buildSeconds),
    },
  ];
}

function byName<T>(
  contenders: readonly Exitrd[],
  value: (exitrd: Exitrd) => T,
): Partial<Record<ExitrdName, T>> {
  return Object.fromEntries(contenders.map((exitrd) => [exitrd.name, value(exitrd)]));
}

function progress(text: string): void {
  process.stderr.write(`${text}\n`);
}
