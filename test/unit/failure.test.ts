import { expect, test } from 'vitest';
import { Failure, reasonOf } from '../../src/failure.ts';

test.each([
  ['an errno', Object.assign(new Error('ENOENT: no such file'), { code: 'ENOENT' }), 'ENOENT'],
  ['a plain error', new Error('garbled'), 'garbled'],
  ['a failure', new Failure('read image: truncated'), 'read image: truncated'],
  ['anything else', 7, '7'],
])('the reason of %s', (_, error, reason) => {
  expect(reasonOf(error)).toBe(reason);
});
