import { expect, test } from 'vitest';
import { crashKernelRemains } from '../../../src/exitrd/wipe-crash-kernel.ts';

const keepsKeys = true;

test.each([
  ['all was done', {}, false, undefined],
  ['the list of keys stays', { list: 'EPERM' }, true, 'overwrite its list of keys: EPERM'],
  ['not zeroed, but given back to a kernel that zeroes', { zero: 'EPERM' }, true, undefined],
  ['not zeroed, and given back', { zero: 'EPERM' }, false, 'zero its memory: EPERM'],
  [
    'not zeroed, not given back',
    { zero: 'EPERM', giveBack: 'ENOENT' },
    true,
    'zero its memory: EPERM',
  ],
  ['sealed', { unload: 'EPERM', zero: 'EPERM', giveBack: 'ENOENT' }, true, 'unload it: EPERM'],
  ['zeroed, though not given back', { giveBack: 'ENOENT' }, false, undefined],
])('%s', (_, failures, isFreedErased, remains) => {
  expect(crashKernelRemains({ keepsKeys, ...failures }, isFreedErased)).toBe(remains);
});
