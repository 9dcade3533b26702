import { expect, test } from 'vitest';
import { isOverwritingWanted } from '../../../src/exitrd/overwrite-policy.ts';

test.each([
  ['never', '', 'kept', false],
  ['when-needed', '', 'kept', true],
  ['when-needed', '', 'unknown', true],
  ['when-needed', '', 'zeroed', false],
  ['when-needed', '', 'poisoned', false],
  ['always', '', 'zeroed', true],
  ['never', 'quiet shutdownramfs.overwrite=always', 'zeroed', true],
  ['always', 'shutdownramfs.overwrite=never', 'kept', false],
  ['never', 'shutdownramfs.overwrite=never shutdownramfs.overwrite=when-needed', 'kept', true],
  ['never', 'shutdownramfs.overwrite=sometimes', 'kept', false],
  ['always', 'shutdownramfs.overwrite', 'kept', true],
] as const)('%s, command line %j, freed memory %s: %s', (configured, commandLine, fate, wanted) => {
  expect(isOverwritingWanted(configured, commandLine, fate)).toBe(wanted);
});
