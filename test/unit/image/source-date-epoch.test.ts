import { expect, test } from 'vitest';
import { sourceDateEpoch } from '../../../src/image/source-date-epoch.ts';

test.each([
  [undefined, 0],
  ['', 0],
  ['0', 0],
  ['1700000000', 1_700_000_000],
])('%j', (text, expected) => {
  expect(sourceDateEpoch(text)).toBe(expected);
});

test.each(['-1', '1.5', 'today', '1e9', '4294967296'])('%j is refused', (text) => {
  expect(() => sourceDateEpoch(text)).toThrow(/no number of seconds/);
});
