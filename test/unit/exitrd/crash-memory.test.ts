import { expect, test } from 'vitest';
import { parseCrashRanges, piecesOf } from '../../../src/exitrd/crash-memory.ts';

const iomem = `\
00001000-0009fbff : System RAM
00100000-2ffdffff : System RAM
  01000000-01c01e87 : Kernel code
  23000000-2affffff : Crash kernel
100000000-4ffffffff : System RAM
  4ab000000-4caffffff : Crash kernel
`;

test('the memory of a crash kernel, as root is shown it', () => {
  expect(parseCrashRanges(iomem)).toEqual([
    { start: 0x23000000, end: 0x2b000000 },
    { start: 0x4ab000000, end: 0x4cb000000 },
  ]);
});

test('others are shown zeros, which are no range', () => {
  expect(parseCrashRanges('  00000000-00000000 : Crash kernel\n')).toEqual([]);
});

test.each([
  [0x23000000, 0x2b000000, 4],
  [0x10000, 0x10000 + 4096, 1],
  [0x10000, 0x10000 + 5 * 65_536, 3],
])('the pieces of %i to %i are %i, without a gap', (start, end, count) => {
  const pieces = piecesOf({ start, end });
  expect(pieces).toHaveLength(count);
  expect(pieces[0]?.start).toBe(start);
  expect(pieces.at(-1)?.end).toBe(end);
  for (const [index, piece] of pieces.slice(1).entries()) {
    expect(piece.start).toBe(pieces[index]?.end);
  }
});
