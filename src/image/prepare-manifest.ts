/** All of a manifest but the digests, which are known only when every file has been read. */
import { findOwners } from '../package/find-owners.ts';
import type { Package } from '../package/package.ts';
import type { ForeignRoot } from '../root/foreign-root.ts';
import type { FileEntry, ImageEntry } from './image-entry.ts';
import type {
  ImageManifest,
  ImageProgram,
  ManifestExecutable,
  ManifestFile,
  ManifestPackage,
  ManifestRoot,
} from './image-manifest.ts';
import { parseOsRelease } from './parse-os-release.ts';

/** What is known of a file when it has been read. */
export type FileDigest = Pick<ManifestFile, 'path' | 'size' | 'mode' | 'sha256'>;

export interface ManifestFacts {
  readonly root: ForeignRoot;
  readonly executable: ManifestExecutable;
  readonly features: readonly string[];
  readonly programs: readonly ImageProgram[];
  /** As features brought them, the same file several times. */
  readonly collected: readonly ImageEntry[];
  /** As they are in the image. */
  readonly entries: readonly ImageEntry[];
}

/** The manifest, once the digests are there. They may come in any order. */
export function prepareManifest(
  facts: ManifestFacts,
): (digests: readonly FileDigest[]) => ImageManifest {
  const { root, entries, executable } = facts;
  // It is the builder's own, wherever that lies.
  const sourceOf = (entry: FileEntry) =>
    entry.path === executable.path || entry.content.kind === 'bytes'
      ? undefined
      : entry.content.source;
  const files = entries.filter((entry) => entry.kind === 'file');
  const sources = new Map(files.map((file) => [file.path, sourceOf(file)]));
  const known = [...sources.values()].filter((source) => source !== undefined);
  const { owners, manager, unread } = findOwners(root, known);
  const parts = partsBySource(facts.collected, sourceOf);
  const words = parseOsRelease(root.readText('/etc/os-release') ?? '');
  const system: ManifestRoot = {
    ...word('id', words.get('ID')),
    ...word('versionId', words.get('VERSION_ID')),
    ...(manager !== undefined && { packageManager: manager }),
    ...word('packagesUnread', unread),
  };
  const describe = (file: FileEntry, digest: FileDigest): ManifestFile => {
    const source = sources.get(file.path);
    const owner = source === undefined ? undefined : owners.get(source);
    return {
      path: digest.path,
      size: digest.size,
      mode: digest.mode,
      sha256: digest.sha256,
      parts: parts.get(source ?? '') ?? [file.origin],
      ...word('source', source),
      ...(owner !== undefined && { package: nameOf(owner) }),
    };
  };
  return (digests) => {
    const byPath = new Map(digests.map((digest) => [digest.path, digest]));
    return {
      version: 1,
      executable,
      root: system,
      features: facts.features,
      // One program may be of several features.
      programs: [...new Map(facts.programs.map((program) => [program.path, program])).values()],
      packages: sorted(new Set(owners.values())),
      directories: entries.flatMap(({ kind, path }) => (kind === 'directory' ? [path] : [])),
      files: files.flatMap((file) => {
        const digest = byPath.get(file.path);
        return digest === undefined ? [] : [describe(file, digest)];
      }),
      symlinks: entries.flatMap((entry) =>
        entry.kind === 'symlink' ? [{ path: entry.path, target: entry.target }] : [],
      ),
    };
  };
}

function partsBySource(
  collected: readonly ImageEntry[],
  sourceOf: (entry: FileEntry) => string | undefined,
): ReadonlyMap<string, readonly string[]> {
  const parts = new Map<string, readonly string[]>();
  for (const entry of collected) {
    const source = entry.kind === 'file' ? sourceOf(entry) : undefined;
    if (source === undefined) continue;
    const known = parts.get(source) ?? [];
    if (!known.includes(entry.origin)) parts.set(source, [...known, entry.origin]);
  }
  return parts;
}

function nameOf({ name, version, architecture }: Package): ManifestPackage {
  return { name, version, architecture };
}

function sorted(packages: Iterable<Package>): Package[] {
  return [...packages].toSorted((one, other) => (keyOf(one) < keyOf(other) ? -1 : 1));
}

function keyOf({ name, architecture, version }: Package): string {
  return `${name}\0${architecture}\0${version}`;
}

function word<Key extends string>(key: Key, value: string | undefined) {
  return (value === undefined || value === '' ? {} : { [key]: value }) as Partial<
    Record<Key, string>
  >;
}
