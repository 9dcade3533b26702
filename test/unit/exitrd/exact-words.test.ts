import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { withExactWords } from '../../../src/exitrd/exact-words.ts';
import { decodeBytes } from '../../../src/snapshot/foreign-bytes.ts';

test('what is UTF-8 stays as it is', () => {
  expect(withExactWords(['/usr/bin/umount', '/a b'])).toEqual(['/usr/bin/umount', '/a b']);
});

test('every byte that may be in a name reaches the program', () => {
  const name = Buffer.from(Array.from({ length: 255 }, (_, index) => index + 1));
  const [, ...words] = withExactWords(['/bin/busybox', 'printf', '%s', decodeBytes(name)]);
  expect(execFileSync('/bin/busybox', words)).toEqual(name);
});
