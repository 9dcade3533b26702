import { featureWords } from '../feature/feature-words.ts';

/**
 * What may follow on a command line whose last word belongs to `--feature`, of which all but the last
 * after a comma stays; undefined where it belongs to something else.
 */
export function completeFeature(words: readonly string[]): string[] | undefined {
  const [option, last = ''] = words.slice(-2);
  if (option !== '--feature') return undefined;
  const before = last.slice(0, last.lastIndexOf(',') + 1);
  return featureWords.map((word) => `${before}${word}`).filter((word) => word.startsWith(last));
}
