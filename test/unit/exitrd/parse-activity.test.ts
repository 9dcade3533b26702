import { expect, test } from 'vitest';
import { parseActivity } from '../../../src/exitrd/parse-activity.ts';

const disk = ' 254       0 vda 10 0 80 5 20 0 160 9 1 14 15 3 0 24 2 4 1';
const mapper = ' 253       0 dm-0 7 0 56 5 9 0 72 9 0 14 15 0 0 0 0 0 0';
const vmstat = 'nr_dirty 55\nnr_written 1000\npswpin 100\npswpout 5\n';

test('what was answered is counted, not what was asked or is in flight', () => {
  expect(parseActivity(`${disk}\n`, '')).toBe(10 + 20 + 3 + 4);
  expect(parseActivity(disk.replace(' 1 14 ', ' 99 15 '), '')).toBe(parseActivity(disk, ''));
});

test('what device-mapper answers by itself does not count', () => {
  expect(parseActivity(`${disk}\n${mapper}\n`, '')).toBe(parseActivity(disk, ''));
});

test('pages that were written back, and those that came back from swap', () => {
  expect(parseActivity('', vmstat)).toBe(1100);
});

test('without procfs nothing is known, so nothing changes', () => {
  expect(parseActivity()).toBe(0);
});
