#!/usr/bin/env node
/**
 * Reads damaged files, archives and settings until the time is over, and prints how many. What is
 * neither read nor reported in the reader's own words, or takes longer than a second each of three
 * times, is printed with the seed and example that show it again, and the run ends with 1.
 *
 * Usage: scripts/fuzz.ts [--minutes N] [--seed N]
 */
import { parseArgs } from 'node:util';
import { fuzzTargets } from '../test/support/fuzz-targets.ts';
import { mutate } from '../test/support/mutation.ts';

const { values } = parseArgs({
  options: { minutes: { type: 'string', default: '1' }, seed: { type: 'string' } },
});
const minutes = Number(values.minutes);
if (!(minutes > 0)) throw new Error(`--minutes ${values.minutes} is no time`);
const first = Number(values.seed ?? Date.now() % 0x80000000);

/** Three times, since a busy machine may stand still for a second by itself. */
async function isSlow(work: () => Promise<void>): Promise<boolean> {
  for (let turn = 0; turn < 3; turn++) {
    const started = performance.now();
    await work();
    if (performance.now() - started < 1000) return false;
  }
  return true;
}

const counts = new Map<string, number>();
let failures = 0;
const end = performance.now() + minutes * 60_000;

for (let seed = first; performance.now() < end; seed++) {
  for (const { name, examples, read } of fuzzTargets) {
    for (const [index, example] of examples.entries()) {
      const bytes = mutate(example, seed);
      try {
        if (await isSlow(async () => await read(bytes))) throw new Error('longer than a second');
      } catch (error) {
        failures++;
        console.error(`${name}, example ${index}, seed ${seed}:`, error);
      }
      counts.set(name, (counts.get(name) ?? 0) + 1);
    }
  }
}
for (const [name, count] of counts) console.log(`${name}: ${count}`);
console.log(`${failures} failures, seeds from ${first}`);
process.exitCode = failures === 0 ? 0 : 1;
