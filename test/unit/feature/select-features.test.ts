import { expect, test } from 'vitest';
import { features } from '../../../src/feature/features.ts';
import { selectFeatures } from '../../../src/feature/select-features.ts';

const names = (words?: string[]) => selectFeatures(words).map(({ name }) => name);
const all = features.map(({ name }) => name);
const standard = features.filter((feature) => feature.standard).map(({ name }) => name);
const without = (some: readonly string[], ...taken: string[]) =>
  some.filter((name) => !taken.includes(name));

test.each<[string[] | undefined, string[]]>([
  [undefined, standard],
  [[], standard],
  [['default'], standard],
  [['all'], all],
  [
    ['md', 'crypt'],
    ['base', 'crypt', 'md'],
  ],
  [
    ['md,crypt', 'lvm'],
    ['base', 'crypt', 'lvm', 'md'],
  ],
  [['base'], ['base']],
  [['-lvm,-base', '-md'], without(standard, 'lvm', 'md')],
  [
    ['default,zfs,-lvm'],
    all.filter((name) => name === 'zfs' || (standard.includes(name) && name !== 'lvm')),
  ],
  [['all', '-iscsi', '-zfs'], without(all, 'iscsi', 'zfs')],
  [
    ['lvm', '-lvm', 'md'],
    ['base', 'md'],
  ],
])('%j', (words, expected) => {
  expect(names(words)).toEqual(expected);
});

test.each(['crypt,raid', '-raid'])('a feature there is none of: %s', (word) => {
  expect(() => names([word])).toThrow('select feature raid: there is no such feature');
});
