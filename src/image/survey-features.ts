/** What each feature would be in an image of a root: what it adds or misses, and what `auto` says. */
import { Failure } from '../failure.ts';
import { detectFeatures } from '../feature/detect-features.ts';
import { features } from '../feature/features.ts';
import { readTarget } from '../feature/read-target.ts';
import { createLoaderView } from '../root/loader-view.ts';
import { openRoot } from '../root/open-root.ts';
import { collectExecutable } from './build-image.ts';
import { collectFeature } from './collect-entries.ts';
import { sizeOf, type ImageEntry } from './image-entry.ts';

export interface FeatureSurvey {
  readonly name: string;
  readonly about: string;
  /** In an image for which nobody chose. */
  readonly default: boolean;
  /** What `auto` decides, and why. */
  readonly auto: boolean;
  readonly reason: string;
  /** Bytes of the files that the base and the executable have not brought; undefined where it fails. */
  readonly adds: number | undefined;
  /** Why it cannot be packed from this root, with a hint; undefined where it can. */
  readonly failure: Pick<Failure, 'message' | 'hint'> | undefined;
}

/** Throws a Failure for a root that cannot be read. */
export async function surveyFeatures(
  directory: string,
  executable: string,
): Promise<readonly FeatureSurvey[]> {
  const root = openRoot(directory);
  const view = createLoaderView(root);
  const always = tryTo(() => collectExecutable(executable, root, view).entries);
  let known = new Set(always.failure === undefined ? filesIn(always.value).keys() : []);
  const detections = detectFeatures(features, await readTarget(root, features));
  return detections.map(({ feature, isNeeded, reason }) => {
    const collected = tryTo(() => filesIn(collectFeature(feature, root, view).entries));
    const files = collected.value ?? new Map<string, number>();
    const added = [...files].filter(([path]) => !known.has(path));
    if (feature.name === 'base') known = new Set([...known, ...files.keys()]);
    return {
      name: feature.name,
      about: feature.about,
      default: feature.standard,
      auto: isNeeded,
      reason,
      adds: collected.value && added.reduce((sum, [, size]) => sum + size, 0),
      failure: collected.failure,
    };
  });
}

type Attempt<Value> =
  | { readonly value: Value; readonly failure: undefined }
  | { readonly value: undefined; readonly failure: Pick<Failure, 'message' | 'hint'> };

function tryTo<Value>(make: () => Value): Attempt<Value> {
  try {
    return { value: make(), failure: undefined };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return { value: undefined, failure: { message: error.message, hint: error.hint } };
  }
}

/** Bytes by path. */
function filesIn(entries: readonly ImageEntry[]): Map<string, number> {
  return new Map(
    entries.flatMap((entry) =>
      entry.kind === 'file' ? [[entry.path, sizeOf(entry.content)]] : [],
    ),
  );
}
