/** What of an image is not as its manifest tells it. */
import { manifestPath, type ImageManifest, type ManifestFile } from '../image/image-manifest.ts';
import { leadsInside } from './leads-inside.ts';
import type { SurveyedEntry } from './survey-image.ts';

export interface Damage {
  /** In the image, absolute; of a whole image that cannot be read it is absent. */
  readonly path?: string;
  /** `it is not there` */
  readonly about: string;
}

/** In the order of paths. */
export function findDamage(entries: readonly SurveyedEntry[], manifest: ImageManifest): Damage[] {
  const damage: Damage[] = [];
  const found = new Map<string, SurveyedEntry>();
  for (const entry of entries) {
    if (found.has(entry.path)) damage.push({ path: entry.path, about: 'it is there twice' });
    found.set(entry.path, entry);
  }
  const expected = expectations(manifest);
  for (const [path, expect] of expected) {
    const entry = found.get(path);
    const about = entry === undefined ? 'it is not there' : expect(entry);
    if (about !== undefined) damage.push({ path, about });
  }
  for (const { path, kind } of found.values()) {
    if (!expected.has(path)) damage.push({ path, about: 'the manifest does not tell of it' });
    else if (kind === 'symlink' && !leadsInside(path, found)) {
      damage.push({ path, about: 'it leads to nothing in the image' });
    }
  }
  return damage.toSorted((one, other) => ((one.path ?? '') < (other.path ?? '') ? -1 : 1));
}

type Expectation = (entry: SurveyedEntry) => string | undefined;

function expectations(manifest: ImageManifest): ReadonlyMap<string, Expectation> {
  const expected = new Map<string, Expectation>();
  expected.set(manifestPath, ({ kind, mode }) => wrongKind(kind, 'file') ?? wrongMode(mode, 0o644));
  for (const path of manifest.directories) {
    expected.set(path, ({ kind, mode }) => wrongKind(kind, 'directory') ?? wrongMode(mode, 0o755));
  }
  for (const file of manifest.files) expected.set(file.path, (entry) => wrongFile(entry, file));
  for (const { path, target } of manifest.symlinks) {
    expected.set(path, (entry) => {
      const wrong = wrongKind(entry.kind, 'symlink');
      if (wrong !== undefined || entry.target === target) return wrong;
      return `it leads to ${entry.target}, not to ${target}`;
    });
  }
  return expected;
}

function wrongFile(entry: SurveyedEntry, file: ManifestFile): string | undefined {
  const wrong = wrongKind(entry.kind, 'file');
  if (wrong !== undefined) return wrong;
  if (entry.size !== file.size) return `it has ${entry.size} bytes, not ${file.size}`;
  if (entry.sha256 !== file.sha256) return 'its bytes are not those that were packed';
  return wrongMode(entry.mode, Number.parseInt(file.mode, 8));
}

function wrongKind(kind: SurveyedEntry['kind'], expected: SurveyedEntry['kind']) {
  return kind === expected ? undefined : `it is no ${expected}`;
}

function wrongMode(mode: number, expected: number): string | undefined {
  const [is, should] = [mode, expected].map((bits) => bits.toString(8).padStart(4, '0'));
  return is === should ? undefined : `its mode is ${is}, not ${should}`;
}
