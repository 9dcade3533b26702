import { openRoot } from '../root/open-root.ts';
import { detectFeatures } from './detect-features.ts';
import { features } from './features.ts';
import { readTarget } from './read-target.ts';
import { chooseFeatures, wantsDetection, type Selection } from './select-features.ts';

/** The features that words choose, after a look at the root where one of the words is `auto`. */
export async function featuresForRoot(root: string, words: readonly string[]): Promise<Selection> {
  if (!wantsDetection(words)) return chooseFeatures(words);
  const facts = await readTarget(openRoot(root), features);
  return chooseFeatures(words, detectFeatures(features, facts));
}
