import { Failure } from '../failure.ts';
import { suggestion } from '../nearest-word.ts';
import type { Detection } from './detect-features.ts';
import type { Feature } from './feature.ts';
import { featureGroups, featureNames } from './feature-words.ts';
import { features } from './features.ts';

export interface Selection {
  /** In the order of the table. */
  readonly selected: readonly Choice[];
  /** What `auto` was asked about and did not take, nor did anything else. */
  readonly leftOut: readonly Choice[];
}

export interface Choice {
  readonly feature: Feature;
  /** A word or clause: `named`, `default`, `/etc/crypttab names sda2_crypt`. */
  readonly reason: string;
}

/** Whether the target has to be looked at for these words. */
export function wantsDetection(words: readonly string[]): boolean {
  return partsOf(words).includes('auto');
}

/**
 * The features that words name. A word may be a list with commas of names, `default`, `all`, `auto`
 * (which takes the features that were detected), and names with `-` before them, which take away what
 * words before them brought; where nothing or such a word comes first, it starts from the default. The
 * base is always there, since without it nothing can be taken apart.
 */
export function chooseFeatures(
  words: readonly string[],
  detections?: readonly Detection[],
): Selection {
  const parts = partsOf(words);
  const choices = new Map<string, Choice>();
  const take = (feature: Feature, reason: string): void => {
    if (!choices.has(feature.name)) choices.set(feature.name, { feature, reason });
  };
  take(featureOfName('base'), 'every image has it');
  for (const part of parts[0]?.startsWith('-') === false ? parts : ['default', ...parts]) {
    if (part === 'auto') {
      for (const { feature, isNeeded, reason } of detected(detections)) {
        if (isNeeded) take(feature, reason);
      }
    } else if (part.startsWith('-')) {
      const { name } = featureOfName(part.slice(1));
      if (name !== 'base') choices.delete(name);
    } else {
      for (const feature of featuresOfWord(part)) {
        take(feature, part === feature.name ? 'named' : part);
      }
    }
  }
  const taken = (name: string) => choices.get(name);
  return {
    selected: features.flatMap(({ name }) => taken(name) ?? []),
    leftOut: (parts.includes('auto') ? detected(detections) : [])
      .filter(({ feature }) => taken(feature.name) === undefined)
      .map(({ feature, isNeeded, reason }) => ({
        feature,
        reason: isNeeded ? `taken away, though ${reason}` : reason,
      })),
  };
}

/** The same where there is no root to look at, and no reason is asked for. */
export function selectFeatures(words: readonly string[] = []): Feature[] {
  return chooseFeatures(words).selected.map(({ feature }) => feature);
}

function partsOf(words: readonly string[]): readonly string[] {
  return words.flatMap((word) => word.split(',')).filter(Boolean);
}

function detected(detections: readonly Detection[] | undefined): readonly Detection[] {
  if (detections !== undefined) return detections;
  throw new Failure('select feature auto: there is no root to look at', {
    hint: `choose of ${featureNames.join(', ')}`,
  });
}

function featuresOfWord(word: string): readonly Feature[] {
  if (word === 'all') return features;
  if (word === 'default') return features.filter(({ standard }) => standard);
  return [featureOfName(word)];
}

function featureOfName(name: string): Feature {
  const feature = features.find((candidate) => candidate.name === name);
  if (feature !== undefined) return feature;
  const meant = suggestion(name, [...featureGroups, ...featureNames]);
  throw new Failure(`select feature ${name}: there is no such feature${meant}`, {
    hint: `choose of ${featureNames.join(', ')}`,
  });
}
