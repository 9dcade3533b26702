import { expect, test } from 'vitest';
import { selectFeatures } from '../../../src/feature/select-features.ts';

const names = (words?: string[]) => selectFeatures(words).map(({ name }) => name);

test.each<[string[] | undefined, string[]]>([
  [undefined, ['base', 'crypt', 'lvm', 'md']],
  [[], ['base', 'crypt', 'lvm', 'md']],
  [
    ['md', 'crypt'],
    ['base', 'crypt', 'md'],
  ],
  [
    ['md,crypt', 'lvm'],
    ['base', 'crypt', 'lvm', 'md'],
  ],
  [['base'], ['base']],
])('%j', (words, expected) => {
  expect(names(words)).toEqual(expected);
});

test('a feature there is none of', () => {
  expect(() => names(['crypt,zfs'])).toThrow('select feature zfs: there is no such feature');
});
