import { expect, test } from 'vitest';
import { parseSwaps } from '../../../src/snapshot/parse-swaps.ts';

const heading = 'Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n';

function lineGives(name: string, line: string, expected: object): void {
  test(name, () => {
    expect(parseSwaps(`${heading}${line}\n`)).toMatchObject({ swaps: [expected], garbledLines: 0 });
  });
}

test('reads every field', () => {
  const line = '/dev/dm-1                               partition\t1048572\t512\t-2\n';
  expect(parseSwaps(heading + line).swaps).toEqual([
    { path: '/dev/dm-1', kind: 'partition', sizeKib: 1_048_572, usedKib: 512, priority: -2 },
  ]);
});

lineGives('a file', '/swapfile file 1024 0 5', { path: '/swapfile', kind: 'file', priority: 5 });
lineGives('a path after a pivot', '/mapper/vg0-swap (deleted)   partition\t8\t0\t-2', {
  path: '/mapper/vg0-swap (deleted)',
});
lineGives('an escaped space', String.raw`/a\040b file 8 0 -2`, { path: '/a b' });
lineGives('a file named as a kind', '/file file 8 0 -2', { path: '/file', kind: 'file' });

test('the heading alone', () => {
  expect(parseSwaps(heading)).toEqual({ swaps: [], garbledLines: 0 });
});

test('garbled lines are counted', () => {
  expect(parseSwaps(`${heading}/dev/dm-1 partition 8\nnoise\n`)).toEqual({
    swaps: [],
    garbledLines: 2,
  });
});
