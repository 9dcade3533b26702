import { expect, test } from 'vitest';
import { parseKeys } from '../../../src/snapshot/parse-keys.ts';

const text = `\
00f4b5a1 I--Q---     1 perm 3f010000     0     0 logon     cryptsetup:8c4e5c4d-d0: 64
0a15e2d8 I--Q---     1 149s 3f010000     0     0 user      cryptsetup: 29
11db9dd7 I------     1 perm 1f030000     0     0 keyring   .user_reg: 2
15de1791 I------     1   2d 1f030000     0 65534 keyring   _persistent.0: empty
1d07b3c9 I--Q---     2 perm 3f030000     0     0 user      invocation_id: 16
1f2a3c44 I------     1 perm 1f030000     0     0 asymmetri Debian Secure Boot CA: 6ccece7e4c6c0d1f: X509.rsa a7b5 []
2b39ea21 IR-Q---     1 expd 3f010000  1000  1000 user      revoked one: 4
2c39ea21 I--Q---     1 expd 3f010000  1000  1000 user      expired one: 4
2d39ea21 I--Q-N-     1 perm 3f010000  1000  1000 user      negative one: 4
2e39ea21 --BQ---     1 perm 3f010000  1000  1000 user      in construction: 4
3ea533f9 I--Q---     7 perm 3f010000  1000  1000 logon     with: colons : in it: 32
3fa533f9 I--Q---     7 perm 3f010000  1000  1000 encrypted evm: user:kmk 32
nonsense
`;

test('only keys with a secret of their own are taken', () => {
  const keys = parseKeys(text).map(({ userId, type, description }) => [userId, type, description]);
  expect(keys).toEqual([
    [0, 'logon', 'cryptsetup:8c4e5c4d-d0'],
    [0, 'user', 'cryptsetup'],
    [1000, 'logon', 'with: colons : in it'],
    [1000, 'encrypted', 'evm: user:kmk 32'],
  ]);
});
