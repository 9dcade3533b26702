/** Gathers from a root what features name, with the closure of every program. */
import { resolveClosure, type ClosureMember } from '../elf/closure.ts';
import type { ElfObject } from '../elf/elf-object.ts';
import { Failure } from '../failure.ts';
import { placesOf, type Binary, type Feature, type RootFile } from '../feature/feature.ts';
import type { ForeignRoot, LocatedNode } from '../root/foreign-root.ts';
import type { RootLoaderView } from '../root/loader-view.ts';
import type { FileEntry, ImageEntry } from './image-entry.ts';
import type { ImageProgram } from './image-manifest.ts';
import { mergedPath } from './merged-path.ts';

export interface Collection {
  readonly entries: readonly ImageEntry[];
  readonly programs: readonly ImageProgram[];
}

/** Throws a Failure naming the feature and what it misses. */
export function collectFeature(
  feature: Feature,
  root: ForeignRoot,
  view: RootLoaderView,
): Collection {
  const entries: ImageEntry[] = [];
  const programs: ImageProgram[] = [];
  for (const binary of feature.binaries) {
    const collection = collectBinary(binary, feature, root, view);
    entries.push(...collection.entries);
    programs.push(...collection.programs);
  }
  for (const file of feature.files ?? []) entries.push(...collectFile(file, feature, root));
  return { entries, programs };
}

function collectBinary(
  binary: Binary,
  { name }: Feature,
  root: ForeignRoot,
  view: RootLoaderView,
): Collection {
  const located = locateBinary(binary, root, view);
  if (located === undefined) {
    if (binary.optional === true) return { entries: [], programs: [] };
    throw absent(name, binary.path, binary.package, root);
  }
  const { node, elf } = located;
  const { path, probe, dlopenFeatures } = binary;
  const program: ImageProgram = { path, probe, static: elf.interpreter === undefined };
  const files = entriesOf(node, name, true);
  if (binary.standalone === true) {
    return {
      entries: files.filter(({ kind }) => kind === 'file').map((file) => ({ ...file, path })),
      programs: [program],
    };
  }
  const options = dlopenFeatures === undefined ? {} : { dlopenFeatures };
  const members = resolveClosure({ path: node.path, elf }, view, options);
  const link: ImageEntry = { kind: 'symlink', path, target: node.path, origin: name };
  return {
    entries: [
      ...files,
      ...(mergedPath(node.path) === path || files.some((file) => mergedPath(file.path) === path)
        ? []
        : [link]),
      ...closureEntries(members, root, name),
    ],
    programs: [program],
  };
}

/** The libraries of a closure, each with the links that lead to it. */
export function closureEntries(
  members: readonly ClosureMember[],
  root: ForeignRoot,
  origin: string,
): ImageEntry[] {
  return members.flatMap(({ found, path, offeredAt }) => {
    const node = root.locate(found);
    if (node === undefined) return [];
    const entries = entriesOf(node, origin, true);
    if (offeredAt === undefined) return entries;
    return [...entries, { kind: 'symlink', path: offeredAt, target: path, origin }];
  });
}

function locateBinary(
  binary: Binary,
  root: ForeignRoot,
  view: RootLoaderView,
): { readonly node: LocatedNode; readonly elf: ElfObject } | undefined {
  let unfit: string | undefined;
  for (const place of placesOf(binary)) {
    const node = root.locate(place);
    if (node === undefined || !node.stats.isFile()) continue;
    const elf = view.headers(node);
    if (elf === undefined) unfit ??= `${node.path} is no ELF program`;
    else if (binary.standalone === true && elf.interpreter !== undefined) {
      unfit ??= `${node.path} is not statically linked`;
    } else return { node, elf };
  }
  if (unfit === undefined) return undefined;
  throw new Failure(`pack ${binary.path}: ${unfit}`, {
    hint: `install the program itself (Debian: apt install ${binary.package})`,
  });
}

function collectFile(file: RootFile, feature: Feature, root: ForeignRoot): ImageEntry[] {
  const entries = treeEntries(file.path, root, feature.name);
  if (entries !== undefined) return entries;
  if (file.optional === true) return [];
  throw absent(feature.name, file.path, file.package, root);
}

/**
 * A file, or a directory with all that is below it; undefined where there is nothing. Throws a Failure
 * for what an image cannot hold.
 */
export function treeEntries(
  top: string,
  root: ForeignRoot,
  origin: string,
): ImageEntry[] | undefined {
  const entries: ImageEntry[] = [];
  const pending = [top];
  const seen = new Set<string>();
  for (let path = pending.shift(); path !== undefined; path = pending.shift()) {
    const node = root.locate(path);
    if (node === undefined) {
      if (path === top) return undefined;
      throw new Failure(`pack ${path}: the symlink leads nowhere`);
    }
    if (node.stats.isFile()) {
      entries.push(...entriesOf(node, origin, (node.stats.mode & 0o111) !== 0));
    } else if (node.stats.isDirectory()) {
      entries.push(...linkEntries(node, origin));
      if (seen.has(node.path)) continue;
      seen.add(node.path);
      entries.push({ kind: 'directory', path: node.path, origin });
      pending.push(...root.list(node.path).map((name) => `${node.path}/${name}`));
    } else {
      throw new Failure(`pack ${path}: it is no regular file or directory`);
    }
  }
  return entries;
}

/** A file, and the links that lead to it. */
export function entriesOf(node: LocatedNode, origin: string, executable: boolean): ImageEntry[] {
  const file: FileEntry = {
    kind: 'file',
    path: node.path,
    executable,
    content: {
      kind: 'host-file',
      hostPath: node.hostPath,
      source: node.path,
      size: node.stats.size,
      mode: node.stats.mode & 0o7777,
      ...(node.stats.nlink > 1 && { inode: `${node.stats.dev}:${node.stats.ino}` }),
    },
    origin,
  };
  return [...linkEntries(node, origin), file];
}

/** The symlinks among the components of the path that was asked for. */
export function linkEntries({ links }: LocatedNode, origin: string): ImageEntry[] {
  return links.map(({ path, target }) => ({ kind: 'symlink', path, target, origin }));
}

function absent(feature: string, path: string, wanted: string, root: ForeignRoot): Failure {
  return new Failure(`pack feature ${feature}: ${path} is not in ${root.directory}`, {
    hint: `install it there (Debian: apt install ${wanted}), or choose features without ${feature}`,
  });
}
