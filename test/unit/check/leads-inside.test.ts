import { expect, test } from 'vitest';
import { leadsInside } from '../../../src/check/leads-inside.ts';

type Entries = Parameters<typeof leadsInside>[1];

function entries(links: Readonly<Record<string, string>>): Entries {
  const found = new Map<
    string,
    { kind: 'directory' | 'file' | 'symlink'; target: string | undefined }
  >();
  for (const path of ['/usr', '/usr/lib'])
    found.set(path, { kind: 'directory', target: undefined });
  found.set('/usr/lib/file', { kind: 'file', target: undefined });
  for (const [path, target] of Object.entries(links)) found.set(path, { kind: 'symlink', target });
  return found;
}

test.each<[string, boolean]>([
  ['usr/lib/file', true],
  ['/usr/lib/file', true],
  ['usr/lib', true],
  ['usr/../usr/lib/./file', true],
  ['lib/file', true],
  ['/', true],
  ['usr/lib/none', false],
  ['../usr/lib/file', false],
  ['usr/../../usr/lib/file', false],
  ['/../etc', false],
  ['link', false],
  ['', false],
])('link -> %s: %j', (target, expected) => {
  expect(leadsInside('/link', entries({ '/link': target, '/lib': 'usr/lib' }))).toBe(expected);
});

test('in a circle', () => {
  expect(leadsInside('/a', entries({ '/a': 'b', '/b': 'a' }))).toBe(false);
});
