/**
 * Brings collected entries into the order and shape of an image: merged-usr paths, parents created,
 * links relative, each name once, sorted by bytes.
 */
import { Failure } from '../failure.ts';
import type { Content, FileEntry, ImageEntry, SymlinkEntry } from './image-entry.ts';
import { mergedLinks, mergedPath } from './merged-path.ts';

/**
 * Throws a Failure when two different things want one name. `sameBytes` decides about two files from
 * different places (an unmerged root may hold one file in /lib and again in /usr/lib).
 */
export function arrangeImage(
  collected: readonly ImageEntry[],
  sameBytes: (one: Content, other: Content) => boolean,
): ImageEntry[] {
  const links = new Map<string, string>();
  for (const entry of collected) {
    if (entry.kind !== 'symlink') continue;
    const path = mergedPath(entry.path);
    const target = mergedPath(entry.target);
    if (path !== target && !links.has(path)) links.set(path, target);
  }
  const arranged = new Map<string, ImageEntry>();
  for (const entry of collected) {
    const path = throughLinks(mergedPath(entry.path), links);
    const placed = place(entry, path, links);
    if (placed === undefined) continue;
    addParents(path, entry.origin, arranged);
    const known = arranged.get(path);
    if (known === undefined) arranged.set(path, placed);
    else if (!agree(known, placed, sameBytes)) throw conflict(path, known, placed);
  }
  for (const name of mergedLinks) {
    const directory = throughLinks(`/usr/${name}/.`, links).slice(0, -2);
    for (const path of [`/usr/${name}`, directory]) {
      addParents(`${path}/.`, 'skeleton', arranged);
    }
    arranged.set(`/${name}`, {
      kind: 'symlink',
      path: `/${name}`,
      target: `usr/${name}`,
      origin: 'skeleton',
    });
  }
  return [...arranged.values()].toSorted((one, other) => compareBytes(one.path, other.path));
}

function place(
  entry: ImageEntry,
  path: string,
  links: ReadonlyMap<string, string>,
): ImageEntry | undefined {
  if (entry.kind !== 'symlink') return { ...entry, path };
  const target = throughLinks(mergedPath(entry.target), links);
  return target === path ? undefined : { ...entry, path, target: relativeTarget(path, target) };
}

/** The path with the symlinks among its parents followed; its last component is left as it is. */
function throughLinks(path: string, links: ReadonlyMap<string, string>): string {
  const names = path.split('/').slice(1);
  const last = names.pop() ?? '';
  let parent = '';
  for (const name of names) parent = followed(`${parent}/${name}`, links);
  return `${parent}/${last}`;
}

function followed(path: string, links: ReadonlyMap<string, string>): string {
  let current = path;
  for (let steps = 0; steps <= links.size; steps++) {
    const next = links.get(current);
    if (next === undefined) return current;
    current = next;
  }
  throw new Failure(`arrange ${path}: its symlinks lead in a circle`);
}

function addParents(path: string, origin: string, arranged: Map<string, ImageEntry>): void {
  for (let end = path.indexOf('/', 1); end !== -1; end = path.indexOf('/', end + 1)) {
    const parent = path.slice(0, end);
    const known = arranged.get(parent);
    if (known === undefined) arranged.set(parent, { kind: 'directory', path: parent, origin });
    else if (known.kind === 'file') throw new Failure(`arrange ${path}: ${parent} is a file`);
  }
}

function agree(
  known: ImageEntry,
  added: ImageEntry,
  sameBytes: (one: Content, other: Content) => boolean,
): boolean {
  if (known.kind === 'directory') return added.kind === 'directory';
  if (known.kind === 'symlink') return added.kind === 'symlink' && known.target === added.target;
  if (added.kind !== 'file' || known.executable !== added.executable) return false;
  return sameSource(known.content, added.content) || sameBytes(known.content, added.content);
}

function sameSource(one: Content, other: Content): boolean {
  return one.kind === 'host-file' && other.kind === 'host-file' && one.hostPath === other.hostPath;
}

function conflict(path: string, known: ImageEntry, added: ImageEntry): Failure {
  return new Failure(
    `arrange ${path}: ${describe(known)} and ${describe(added)} want the same name`,
    { hint: 'one of the two is out of date in the root, or a merged /usr is half done' },
  );
}

function describe(entry: ImageEntry): string {
  switch (entry.kind) {
    case 'directory':
      return 'a directory';
    case 'symlink':
      return describeLink(entry);
    case 'file':
      return describeFile(entry);
  }
}

function describeLink({ target }: SymlinkEntry): string {
  return `a symlink to ${target}`;
}

function describeFile({ content, origin }: FileEntry): string {
  return content.kind === 'bytes' ? `a file of ${origin}` : content.source;
}

function relativeTarget(path: string, target: string): string {
  const from = path.split('/').slice(1, -1);
  const to = target.split('/').slice(1);
  let common = 0;
  while (common < from.length && common < to.length - 1 && from[common] === to[common]) common++;
  return [...from.slice(common).map(() => '..'), ...to.slice(common)].join('/');
}

function compareBytes(one: string, other: string): number {
  return Buffer.compare(Buffer.from(one), Buffer.from(other));
}
