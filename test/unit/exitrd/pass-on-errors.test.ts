import { expect, test } from 'vitest';
import { parsePaths, waitsForRoom } from '../../../src/exitrd/pass-on-errors.ts';

test('the paths of a multipath device, active and failed', () => {
  const status = '0 81920 multipath 2 0 0 0 2 1 A 0 1 2 8:16 A 0 0 1 E 0 2 0 253:3 F 1 65:0 A 4 \n';
  expect(parsePaths(status)).toEqual([
    { device: '8:16', active: true },
    { device: '253:3', active: false },
    { device: '65:0', active: true },
  ]);
  expect(parsePaths('0 8 linear 8:16 A 0')).toEqual([]);
  expect(parsePaths('')).toEqual([]);
});

const pool = (mode: string, wait: string) =>
  `0 32768 thin-pool 1 25/512 256/256 - ${mode} no_discard_passdown ${wait} - 64 \n`;

test.each([
  [pool('out_of_data_space', 'queue_if_no_space'), true],
  [pool('out_of_data_space', 'error_if_no_space'), false],
  [pool('rw', 'queue_if_no_space'), false],
  ['0 32768 thin-pool Fail\n', false],
  ['', false],
])('a pool waits for room: %s', (status, waits) => {
  expect(waitsForRoom(status)).toBe(waits);
});
