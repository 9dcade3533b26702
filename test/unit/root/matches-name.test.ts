import { expect, test } from 'vitest';
import { matchesName } from '../../../src/root/matches-name.ts';

test.each<[string, string, boolean]>([
  ['*.conf', 'a.conf', true],
  ['*.conf', '.conf', false],
  ['.*', '.conf', true],
  ['*.conf', 'a.conf.old', false],
  ['*', '', true],
  ['', 'a', false],
  ['?.conf', 'a.conf', true],
  ['?.conf', 'ab.conf', false],
  ['a*b*c', 'a-b-b-c', true],
  ['a*b*c', 'a-b-b-d', false],
  ['[ab].conf', 'b.conf', true],
  ['[!ab].conf', 'b.conf', false],
  ['[^ab].conf', 'c.conf', true],
  ['[0-9]*', '5-x', true],
  ['[0-9]*', 'x-5', false],
  ['[]a]', ']', true],
  ['[a-]', '-', true],
  ['[a', '[a', true],
  ['\\*', '*', true],
  ['\\*', 'a', false],
  // These are plain names to glob(3).
  ['{a,b}', 'a', false],
  ['{a,b}', '{a,b}', true],
  ['!(a)', 'b', false],
])('%s and %s: %s', (pattern, name, expected) => {
  expect(matchesName(name, pattern)).toBe(expected);
});

test('a pattern of stars takes no time', () => {
  const name = 'a'.repeat(250);
  expect(matchesName(name, `${'*a'.repeat(120)}*b`)).toBe(false);
  expect(matchesName(name, `*{1..${'9'.repeat(100)}}`)).toBe(false);
});
