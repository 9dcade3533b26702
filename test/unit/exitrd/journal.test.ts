import { expect, test } from 'vitest';
import { printable } from '../../../src/exitrd/journal.ts';

test.each([
  ['two\nlines', 'two\nlines'],
  ['a\u001B[2Jb\r\u0000\u009B', 'a?[2Jb???'],
  ['größe \u{1F510}', 'größe \u{1F510}'],
])('%j', (text, shown) => {
  expect(printable(text)).toBe(shown);
});
