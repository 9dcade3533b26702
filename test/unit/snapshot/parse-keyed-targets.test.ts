import { expect, test } from 'vitest';
import { parseKeyedTargets } from '../../../src/snapshot/parse-keyed-targets.ts';

const zeros = '0'.repeat(64);
const table = `\
crypt0: 0 487424 crypt aes-xts-plain64 :64:logon:cryptsetup:8c4e5c4d-d0 0 254:1 32768
my vg: 0 512 linear 259:1 0
plain\\x20one: 0 100 crypt serpent-cbc-essiv:sha256 ${zeros} 0 7:0 0 1 allow_discards
wiped: 0 100 crypt aes-xts-plain64 - 0 7:0 0
tags: 0 900 integrity 254:1 0 32 J 6 interleave_sectors:32768 internal_hash:hmac(sha256):${zeros}
sums: 0 900 integrity 254:1 0 4 J 2 internal_hash:crc32c journal_crypt:ctr(aes):${zeros}
plain sums: 0 900 integrity 254:1 0 4 J 1 internal_hash:crc32c
hidden: 0 900 integrity 254:1 0 4 J 1 internal_hash:hmac(sha1)
No devices found
`;

test('crypt targets, and integrity targets with a key', () => {
  const found = parseKeyedTargets(table).map(({ device, target, cipher, keyring }) => [
    device,
    target,
    cipher,
    keyring,
  ]);
  expect(found).toEqual([
    ['crypt0', 'crypt', 'aes-xts-plain64', 'logon:cryptsetup:8c4e5c4d-d0'],
    ['plain one', 'crypt', 'serpent-cbc-essiv:sha256', undefined],
    ['wiped', 'crypt', 'aes-xts-plain64', undefined],
    ['tags', 'integrity', 'hmac(sha256)', undefined],
    ['sums', 'integrity', 'ctr(aes)', undefined],
    ['hidden', 'integrity', 'hmac(sha1)', undefined],
  ]);
});
