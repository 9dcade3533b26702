import { expect, test } from 'vitest';
import { nearestWord, suggestion } from '../../src/nearest-word.ts';

const known = ['crypt', 'lvm', 'md', 'multipath', 'nvme-of', 'pause-seconds'];

test.each([
  ['crypt', 'crypt'],
  ['cript', 'crypt'],
  ['crpyt', 'crypt'],
  ['crypts', 'crypt'],
  ['cyp', undefined],
  ['lvmm', 'lvm'],
  ['nm', undefined],
  ['mb', 'md'],
  ['multpth', 'multipath'],
  ['nvmeof', 'nvme-of'],
  ['pause', 'pause-seconds'],
  ['pa', undefined],
  ['', undefined],
])('%s', (word, nearest) => {
  expect(nearestWord(word, known)).toBe(nearest);
});

test('of two that begin so, neither', () => {
  expect(nearestWord('flag', ['flag-files', 'flag-words'])).toBeUndefined();
});

test('as a part of a message', () => {
  expect(suggestion('lwm', known)).toBe(' (did you mean lvm?)');
  expect(suggestion('lwm', known, (word) => `[${word}]`)).toBe(' (did you mean [lvm]?)');
  expect(suggestion('btrfs', known)).toBe('');
});
