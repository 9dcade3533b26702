import { expect, test } from 'vitest';
import { parseKeyUsers } from '../../../src/exitrd/keyrings.ts';

test.each([
  [
    'two users',
    '    0:    88 87/87 84/1000000 1688/25000000\n 1000:     4 4/4 4/200 63/20000\n',
    [0, 1000],
  ],
  ['no root', ' 1000:     4 4/4 4/200 63/20000\n', [0, 1000]],
  ['nothing', '', [0]],
  ['garbage', 'users:\n:::\n', [0]],
])('%s', (_, text, users) => {
  expect(parseKeyUsers(text)).toEqual(users);
});
