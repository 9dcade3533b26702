import { classifyFileSystem } from './file-system-class.ts';
import { selfAndAncestors, withoutDeletedMark } from './path.ts';
import type { MountNode, SnapshotIndex } from './snapshot-index.ts';

/**
 * The mounts a path of a file may lead into: those of the longest target that can hold one. More
 * than one when mounts lie on each other there; the one on top, which is the likeliest, comes first.
 */
export function locateFile(
  index: SnapshotIndex,
  path: string,
  except?: MountNode,
): readonly MountNode[] {
  for (const directory of selfAndAncestors(withoutDeletedMark(path))) {
    const mounts = (index.mountsAt.get(directory) ?? []).filter(
      (node) => node !== except && classifyFileSystem(node.mount.fstype) !== 'interface',
    );
    if (mounts.length > 0) return mounts.toReversed();
  }
  return [];
}
