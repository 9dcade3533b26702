import { Failure } from '../failure.ts';
import type { Feature } from './feature.ts';
import { features } from './features.ts';

/**
 * The features that words name, in the order of the table. A word may be a list with commas of names,
 * `default`, `all`, and names with `-` before them, which takes away what words before it brought;
 * where nothing or a taking away comes first, it starts from the default. The base is always there,
 * since without it nothing can be taken apart.
 */
export function selectFeatures(words: readonly string[] = []): Feature[] {
  const parts = words.flatMap((word) => word.split(',')).filter(Boolean);
  const selected = new Set<Feature>();
  if (parts[0]?.startsWith('-') ?? true) take('default', selected);
  for (const part of parts) {
    if (part.startsWith('-')) selected.delete(featureOfName(part.slice(1)));
    else take(part, selected);
  }
  return features.filter((feature) => feature.name === 'base' || selected.has(feature));
}

function take(word: string, selected: Set<Feature>): void {
  for (const feature of featuresOfWord(word)) selected.add(feature);
}

function featuresOfWord(word: string): readonly Feature[] {
  if (word === 'all') return features;
  if (word === 'default') return features.filter(({ standard }) => standard);
  return [featureOfName(word)];
}

function featureOfName(name: string): Feature {
  const feature = features.find((candidate) => candidate.name === name);
  if (feature !== undefined) return feature;
  throw new Failure(`select feature ${name}: there is no such feature`, {
    hint: `choose of ${features.map(({ name }) => name).join(', ')}`,
  });
}
