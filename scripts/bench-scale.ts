#!/usr/bin/env node
/**
 * Our exitrd and systemd's own on one machine of hundreds of mounts and devices, and on a half and a quarter of it; ours
 * with thousands of mounts natively: how the time grows. docs/benchmarks.md says what each row means.
 *
 *     npm run bench-scale -- [--rounds N] [--share PER-CENT]… [--mounts COUNT]…
 */
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { accelerator } from '../test/support/accelerator.ts';
import { exitrdWithPeak, forestSize, peakMib, runForest } from '../test/support/forest.ts';
import { guestKernel } from '../test/support/guest-kernel.ts';
import { systemdExitrd } from '../test/support/peer-exitrd.ts';
import { runInNamespace } from './bench/run-in-namespace.ts';
import { renderTable, type Row } from './bench/table.ts';
import { describeLeft } from './bench/what-is-left.ts';

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '1' },
    share: { type: 'string', multiple: true, default: ['25', '50', '100'] },
    mounts: { type: 'string', multiple: true, default: ['1000', '5000', '20000'] },
  },
});
const rounds = Number(options.rounds);
const names = ['ours', 'systemd'] as const;
type Name = (typeof names)[number];

interface Sample {
  readonly share: number;
  readonly name: Name;
  /** `504 mounts, 200 dm, 64 loops`. */
  readonly size: string;
  /** How many steps it takes to take it apart, roughly: all of these. */
  readonly things: number;
  readonly seconds: number;
  readonly undisturbed: number;
  readonly peakMib: number | undefined;
  readonly left: string;
}

await using ours = await exitrdWithPeak();
const archives: Readonly<Record<Name, string>> = {
  ours: ours.archive,
  systemd: await systemdExitrd(),
};
const samples: Sample[] = [];
// Turn by turn, so that what else this machine does falls on all alike.
for (let round = 1; round <= rounds; round += 1) {
  for (const share of options.share.map(Number)) {
    for (const name of names) {
      process.stderr.write(`${name}, ${share} %, round ${round}\n`);
      samples.push(await measure(name, share));
    }
  }
}
const native: Row<'ours'>[] = [];
for (const mounts of options.mounts) {
  const seconds: number[] = [];
  for (let round = 1; round <= rounds; round += 1) {
    process.stderr.write(`${mounts} mounts natively, round ${round}\n`);
    seconds.push((await runInNamespace('E', ours.archive, Number(mounts))).seconds);
  }
  native.push({ measure: `${mounts} mounts natively, s`, digits: 2, figures: { ours: seconds } });
}
const kind =
  (await accelerator((await guestKernel()).image)) === 'tcg' ? 'software emulation' : 'KVM';
const date = new Date().toISOString().slice(0, 10);
const facts = `${kind}, ${availableParallelism()} processors, medians of ${rounds}, ${date}`;
const rows = options.share.flatMap((share) => rowsOf(Number(share)));
const tables = [renderTable(rows, names, ['systemd']), renderTable(native, ['ours'], [])];
process.stdout.write(`${[facts, ...tables].join('\n\n')}\n`);

async function measure(name: Name, share: number): Promise<Sample> {
  await using run = await runForest(archives[name], share);
  const [mounts, dm, loops] = forestSize(run.log);
  return {
    share,
    name,
    size: `${mounts} mounts, ${dm} dm, ${loops} loops`,
    things: mounts + dm + loops,
    seconds: run.seconds,
    undisturbed: run.seconds - run.waited,
    peakMib: peakMib(run.log),
    left: describeLeft(await run.searchMemory(), run.findings) || 'nothing',
  };
}

function rowsOf(share: number): readonly Row<Name>[] {
  const all = samples.filter((sample) => sample.share === share);
  const row = (measure: string, digits: number, of: (sample: Sample) => number | undefined) => ({
    measure,
    digits,
    figures: byName(all, (found) => found.flatMap((sample) => of(sample) ?? [])),
  });
  return [
    row(`${all[0]?.size}: s to power-off`, 1, ({ seconds }) => seconds),
    row('  s less waiting for a processor', 1, ({ undisturbed }) => undisturbed),
    row(
      '  the same, ms for each of them',
      1,
      (sample) => (sample.undisturbed * 1000) / sample.things,
    ),
    row('  largest size of the executable, MiB', 1, ({ peakMib }) => peakMib),
    {
      measure: '  left behind',
      digits: 0,
      figures: {},
      remarks: byName(all, (found) => [...new Set(found.map(({ left }) => left))].join('; ')),
    },
  ];
}

function byName<T>(
  all: readonly Sample[],
  value: (found: readonly Sample[]) => T,
): Record<Name, T> {
  const of = (name: Name) => value(all.filter((sample) => sample.name === name));
  return { ours: of('ours'), systemd: of('systemd') };
}
