/** The words that choose features, on the command line and in a configuration. */
import { features } from './features.ts';

export const featureNames: readonly string[] = features.map(({ name }) => name);

/** Words that stand for several features. */
export const featureGroups = ['default', 'auto', 'all'] as const;

/** Every word there is, lists with commas aside. */
export const featureWords: readonly string[] = [
  ...featureGroups,
  ...featureNames,
  ...featureNames.filter((name) => name !== 'base').map((name) => `-${name}`),
];
