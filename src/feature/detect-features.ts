/** What a target needs, decided from what is known of it. Pure. */
import type { Evidence } from './evidence.ts';
import type { Snapshot } from '../snapshot/snapshot.ts';
import { evidenceOfStack } from './evidence-of-stack.ts';
import type { Feature } from './feature.ts';
import { evidenceInFiles, type TargetFile } from './target-files.ts';

export interface TargetFacts {
  readonly files: readonly TargetFile[];
  /** Paths of such files that this user may not read. */
  readonly unreadable: readonly string[];
  /** Of the machine that runs from this root; undefined for any other root. */
  readonly stack: Snapshot | undefined;
  /** Names of the features whose programs are all in the root. */
  readonly equipped: ReadonlySet<string>;
}

export interface Detection {
  readonly feature: Feature;
  readonly isNeeded: boolean;
  /** A clause that says why, or why not. */
  readonly reason: string;
}

/**
 * One decision for each feature. What there is evidence for is needed, also where its programs are
 * missing, which is then an error. What costs nothing is taken. What cannot be told is taken where the
 * default has it and the root has its programs.
 */
export function detectFeatures(
  features: readonly Feature[],
  facts: TargetFacts,
): readonly Detection[] {
  const evidence: readonly Evidence[] = [
    ...(facts.stack === undefined ? [] : evidenceOfStack(facts.stack)),
    ...evidenceInFiles(facts.files),
  ];
  const because = (name: string) => evidence.find(({ feature }) => feature === name)?.because;
  const decided = features.map((feature) => ({
    feature,
    ...decide(feature, because(feature.name), facts),
  }));
  const packed = new Set(
    decided
      .filter(({ isNeeded }) => isNeeded)
      .flatMap(({ feature }) => feature.binaries.map(({ path }) => path)),
  );
  return decided.map((detection) =>
    detection.isNeeded || detection.feature.binaries.some(({ path }) => !packed.has(path))
      ? detection
      : { ...detection, isNeeded: true, reason: 'it adds no file' },
  );
}

function decide(
  { name, standard, binaries }: Feature,
  because: string | undefined,
  { unreadable, stack, equipped }: TargetFacts,
): Omit<Detection, 'feature'> {
  if (name === 'base') return needed('every image has it');
  if (because !== undefined) return needed(because);
  if (binaries.length === 0) return needed('it adds no file');
  if (!standard) return notNeeded('nothing speaks for it');
  if (!equipped.has(name)) return notNeeded('nothing speaks for it, nor are its programs there');
  if (name === 'crypt') return needed('cryptsetup is there, and may open a volume later');
  if (stack === undefined) return needed('nothing speaks against it, and its programs are there');
  const [untold] = unreadable;
  if (untold !== undefined) return needed(`${untold} cannot be read`);
  return notNeeded('neither the machine nor its files have it');
}

function needed(reason: string) {
  return { isNeeded: true, reason };
}

function notNeeded(reason: string) {
  return { isNeeded: false, reason };
}
