/** Finds entries that are one file of the root under several names, so that it is written once. */
import type { FileEntry, ImageEntry } from './image-entry.ts';

/** The first of them in the given order stays as it is but for the count, the others link to it. */
export function linkFiles(entries: readonly ImageEntry[]): ImageEntry[] {
  const groups = Map.groupBy(
    entries.filter((entry) => entry.kind === 'file'),
    identityOf,
  );
  return entries.map((entry) => {
    const identity = entry.kind === 'file' ? identityOf(entry) : undefined;
    const group = identity === undefined ? [] : (groups.get(identity) ?? []);
    const [first] = group;
    if (entry.kind !== 'file' || first === undefined || group.length === 1) return entry;
    const counted = { ...entry, linkCount: group.length };
    return first === entry ? counted : { ...counted, linkTo: first.path };
  });
}

function identityOf({ content, executable }: FileEntry): string | undefined {
  if (content.kind === 'bytes' || content.inode === undefined) return undefined;
  return `${content.inode} ${executable}`;
}
