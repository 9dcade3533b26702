/** Damaged files for a moment; `npm run fuzz` does it for as long as one likes. */
import { asyncProperty, assert, integer, nat } from 'fast-check';
import { expect, test } from 'vitest';
import { fuzzTargets } from '../support/fuzz-targets.ts';
import { mutate } from '../support/mutation.ts';

test.each(fuzzTargets)('$name: an example is read as it is', async ({ examples, read }) => {
  expect(examples.length).toBeGreaterThan(0);
  for (const example of examples) await read(Buffer.from(example));
});

test.each(fuzzTargets)('$name: damage is read or reported', async ({ examples, read }) => {
  await assert(
    asyncProperty(nat(examples.length - 1), integer(), async (index, seed) => {
      await read(mutate(examples[index] ?? Buffer.alloc(0), seed));
    }),
    { numRuns: 1500 },
  );
});

test('the same seed is the same damage, and others are others', () => {
  const whole = Buffer.alloc(64, 7);
  const all = Array.from({ length: 50 }, (_, seed) => mutate(whole, seed).toString('hex'));
  expect(all).toEqual(all.map((_, seed) => mutate(whole, seed).toString('hex')));
  expect(new Set(all).size).toBeGreaterThan(40);
});
