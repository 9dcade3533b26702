import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeBytes, encodeBytes } from '../../../src/snapshot/foreign-bytes.ts';

test('any bytes come back', () => {
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      expect([...encodeBytes(decodeBytes(bytes))]).toEqual([...bytes]);
    }),
  );
});

test.each([
  ['Schlüssel-🔑', 'Schlüssel-🔑'],
  [[0x63, 0xe9, 0x64], 'c\udce9d'],
  // Cut off in the middle of a character.
  [[0xc3, 0xa9, 0xf0, 0x9f], 'é\udcf0\udc9f'],
] as const)('%j is %j', (bytes, text) => {
  expect(decodeBytes(Buffer.from(bytes as string))).toBe(text);
});
