import { expect, test } from 'vitest';
import { parseLinkerConfig } from '../../../src/elf/parse-linker-config.ts';

test.each<[string, ReturnType<typeof parseLinkerConfig>]>([
  ['', []],
  ['# nothing\n\n', []],
  ['/a # why', [{ kind: 'directory', path: '/a' }]],
  ['  /a\n/b//\n/\n', ['/a', '/b', '/'].map((path) => ({ kind: 'directory' as const, path }))],
  ['/a b:c', [{ kind: 'directory', path: '/a b:c' }]],
  ['/a=libc6', [{ kind: 'directory', path: '/a' }]],
  ['hwcap 0 nosegneg\nHWCAP\t1 x', []],
  ['/included', [{ kind: 'directory', path: '/included' }]],
  ['include a  /b\t', ['a', '/b'].map((pattern) => ({ kind: 'include' as const, pattern }))],
  ['include ld.so.conf.d/*.conf', [{ kind: 'include', pattern: 'ld.so.conf.d/*.conf' }]],
])('%j', (text, expected) => {
  expect(parseLinkerConfig(text)).toEqual(expected);
});

test.each([' ', '/', '\t ', ' = '])('a line of nothing but %j is read at once', (part) => {
  const start = performance.now();
  expect(parseLinkerConfig(`/a${part.repeat(1 << 19)}b`)).toHaveLength(1);
  expect(performance.now() - start).toBeLessThan(5000);
});
