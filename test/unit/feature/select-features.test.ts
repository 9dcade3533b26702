import { describe, expect, test } from 'vitest';
import { features } from '../../../src/feature/features.ts';
import { chooseFeatures, selectFeatures } from '../../../src/feature/select-features.ts';

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

describe('auto', () => {
  const detections = features.map((feature) => ({
    feature,
    isNeeded: ['base', 'crypt', 'zfs'].includes(feature.name),
    reason: `about ${feature.name}`,
  }));
  const chosen = (...words: string[]) => {
    const { selected, leftOut } = chooseFeatures(words, detections);
    const line = ({ feature, reason }: (typeof selected)[number]) => `${feature.name}: ${reason}`;
    return { selected: selected.map(line), leftOut: leftOut.map(line) };
  };

  test('takes what was detected, with its reason', () => {
    const { selected, leftOut } = chosen('auto');
    expect(selected).toEqual(['base: every image has it', 'crypt: about crypt', 'zfs: about zfs']);
    expect(leftOut).toEqual(
      without(all, 'base', 'crypt', 'zfs').map((name) => `${name}: about ${name}`),
    );
  });
  test('goes with other words', () => {
    const { selected, leftOut } = chosen('lvm,auto', '-zfs');
    expect(selected).toEqual(['base: every image has it', 'crypt: about crypt', 'lvm: named']);
    expect(leftOut).toContain('zfs: taken away, though about zfs');
    expect(leftOut.filter((line) => line.startsWith('lvm'))).toEqual([]);
  });
  test('is for who has a root to look at', () => {
    expect(() => names(['auto'])).toThrow('select feature auto: there is no root to look at');
  });
  test('leaves nothing out where nobody asked for it', () => {
    expect(chosen('md')).toEqual({
      selected: ['base: every image has it', 'md: named'],
      leftOut: [],
    });
  });
});
