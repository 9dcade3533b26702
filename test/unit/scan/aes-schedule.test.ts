import { describe, expect, test } from 'vitest';
import {
  countScheduleErrors,
  decryptionSchedule,
  encryptionSchedule,
  keyLengths,
  scheduleLength,
} from '../../../src/scan/aes-schedule.ts';

const bytes = (hex: string) => Buffer.from(hex.replaceAll(' ', ''), 'hex');
const roundKey = (schedule: Uint8Array, round: number) =>
  Buffer.from(schedule.subarray(round * 16, round * 16 + 16)).toString('hex');

test.each([
  // FIPS 197, appendix A
  ['2b7e1516 28aed2a6 abf71588 09cf4f3c', 1, 'a0fafe1788542cb123a339392a6c7605'],
  ['2b7e1516 28aed2a6 abf71588 09cf4f3c', 10, 'd014f9a8c9ee2589e13f0cc8b6630ca6'],
  ['8e73b0f7 da0e6452 c810f32b 809079e5 62f8ead2 522c6b7b', 2, 'ec12068e6c827f6b0e7a95b95c56fec2'],
  ['8e73b0f7 da0e6452 c810f32b 809079e5 62f8ead2 522c6b7b', 12, 'e98ba06f448c773c8ecc720401002202'],
  [
    '603deb10 15ca71be 2b73aef0 857d7781 1f352c07 3b6108d7 2d9810a3 0914dff4',
    2,
    '9ba354118e6925afa51a8b5f2067fcde',
  ],
  [
    '603deb10 15ca71be 2b73aef0 857d7781 1f352c07 3b6108d7 2d9810a3 0914dff4',
    14,
    'fe4890d1e6188d0b046df344706c631e',
  ],
])('FIPS 197: encryption key %s, round %i', (key, round, expected) => {
  expect(roundKey(encryptionSchedule(bytes(key)), round)).toBe(expected);
});

test.each([
  // FIPS 197, appendix C, the equivalent inverse cipher's ik_sch
  ['000102030405060708090a0b0c0d0e0f', 0, '13111d7fe3944a17f307a78b4d2b30c5'],
  ['000102030405060708090a0b0c0d0e0f', 1, '13aa29be9c8faff6f770f58000f7bf03'],
  ['000102030405060708090a0b0c0d0e0f', 10, '000102030405060708090a0b0c0d0e0f'],
])('FIPS 197: decryption key %s, round %i', (key, round, expected) => {
  expect(roundKey(decryptionSchedule(bytes(key)), round)).toBe(expected);
});

describe.each(keyLengths)('a schedule of a key of %i bytes', (length) => {
  const schedule = encryptionSchedule(Buffer.alloc(length, 'key'));

  test('has a round key more than rounds', () => {
    expect(schedule).toHaveLength(16 * (length / 4 + 7));
  });

  test('has no errors, and a bit off counts where it is used', () => {
    const view = new DataView(schedule.slice().buffer);
    expect(countScheduleErrors(view, 0, length, 10)).toBe(0);
    view.setUint8(scheduleLength(length) - 1, view.getUint8(scheduleLength(length) - 1) ^ 0x10);
    expect(countScheduleErrors(view, 0, length, 10)).toBe(1);
    view.setUint8(length + 5, view.getUint8(length + 5) ^ 1);
    expect(countScheduleErrors(view, 0, length, 10)).toBe(4);
  });
});

test('a key of another length is a mistake of the caller', () => {
  expect(() => encryptionSchedule(new Uint8Array(17))).toThrow(TypeError);
});
