import { selfAndAncestors, withoutDeletedMark } from './path.ts';
import type { MountNode, SnapshotIndex } from './snapshot-index.ts';

/** The mount a path leads into: that of the longest target, and of several there the one on top. */
export function locateFile(index: SnapshotIndex, path: string): MountNode | undefined {
  for (const directory of selfAndAncestors(withoutDeletedMark(path))) {
    const mount = index.mountsAt.get(directory)?.at(-1);
    if (mount !== undefined) return mount;
  }
  return undefined;
}
