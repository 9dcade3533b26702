import { expect, test } from 'vitest';
import { printable, printableLine } from '../../../src/exitrd/printable.ts';

test.each([
  ['close-crypt \u001b[31mred\u0007', 'close-crypt \\x1b[31mred\\x07'],
  ['\u009b2J\u007f', '\\x9b2J\\x7f'],
  ['caf\udce9', 'caf\\xe9'],
  ['Schlüssel-🔑 "$(x)"', 'Schlüssel-🔑 "$(x)"'],
])('%j is shown as %s', (text, shown) => {
  expect(printable(text)).toBe(shown);
});

test('only a single line loses its line ends', () => {
  expect(printable('a\nb')).toBe('a\nb');
  expect(printableLine('a\nb')).toBe('a\\x0ab');
});
