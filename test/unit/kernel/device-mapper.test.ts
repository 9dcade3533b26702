import { expect, test } from 'vitest';
import { encodeRequest } from '../../../src/kernel/device-mapper.ts';

test('a request names the device by its number alone, and where its data are', () => {
  const request = encodeRequest('253:300', 1 << 10, Buffer.from('data'));
  expect(request).toHaveLength(312 + 4);
  // Version, size, where data start, one target.
  expect([0, 4, 8, 12, 16, 20].map((offset) => request.readUInt32LE(offset))).toEqual([
    4, 0, 0, 316, 312, 1,
  ]);
  expect(request.readUInt32LE(28)).toBe(1 << 10);
  // The lower byte of the minor number, twelve bits of the major, the rest of the minor.
  expect(request.readBigUInt64LE(40)).toBe(0x10_fd_2cn);
  expect(request.subarray(48, 312).every((byte) => byte === 0)).toBe(true);
  expect(request.toString('latin1', 312)).toBe('data');
});
