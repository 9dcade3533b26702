import { expect, test } from 'vitest';
import { parseLinkerConfig } from '../../../src/elf/parse-linker-config.ts';

test.each<[string, ReturnType<typeof parseLinkerConfig>]>([
  ['', []],
  ['# nothing\n\n', []],
  ['/a # why', [{ kind: 'directory', path: '/a' }]],
  ['/a:/b,/c', ['/a', '/b', '/c'].map((path) => ({ kind: 'directory' as const, path }))],
  ['/a=libc6', [{ kind: 'directory', path: '/a' }]],
  ['hwcap 0 nosegneg', []],
  ['include ld.so.conf.d/*.conf', [{ kind: 'include', pattern: 'ld.so.conf.d/*.conf' }]],
])('%j', (text, expected) => {
  expect(parseLinkerConfig(text)).toEqual(expected);
});
