import { expect, test } from 'vitest';
import { overwriteRequestValue } from '../../../src/exitrd/overwrite-request-value.ts';

test.each([
  ['set', 0x01, true, 0x01],
  ['set', 0x00, true, 0x01],
  ['set', 0x10, false, 0x11],
  ['clear-when-clean', 0x01, true, 0x00],
  ['clear-when-clean', 0x00, true, 0x00],
  ['clear-when-clean', 0x11, true, 0x10],
  ['clear-when-clean', 0x01, false, 0x01],
  ['clear-when-clean', 0x00, false, 0x01],
] as const)('%s, %i before, nothing remains: %s: %i', (policy, before, nothingRemains, after) => {
  expect(overwriteRequestValue(policy, before, nothingRemains)).toBe(after);
});
