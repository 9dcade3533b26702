import type { MountPoint } from '../snapshot/snapshot.ts';
import { isAtOrBelow } from './path.ts';

/** To look a name up in one of these asks somebody who may never answer (d_revalidate of each). */
const asking = /^(?:nfs4?|cifs|smb3|9p|ceph|afs|coda|orangefs|autofs|fuse(?:blk|\..*)?)$/;

/**
 * Whether a mount's path leads to it, and waits for nobody on the way. Not when another mount lies on
 * it or on a directory above it.
 */
export function isReached(mount: MountPoint, mounts: readonly MountPoint[]): boolean {
  const byId = new Map(mounts.map((one) => [one.mountId, one]));
  const way = new Set<MountPoint>();
  for (let at: MountPoint | undefined = mount; at !== undefined; at = byId.get(at.parentId)) {
    // A parent of its own, or a circle, is only in what was damaged.
    if (way.has(at)) break;
    way.add(at);
    if (at !== mount && asking.test(at.fstype)) return false;
  }
  return !mounts.some((over) => !way.has(over) && hides(over, mount, way));
}

/** On the mount itself at its root, or on one of the way nearer to its root than the way goes on. */
function hides(over: MountPoint, mount: MountPoint, way: ReadonlySet<MountPoint>): boolean {
  const below = [...way].find(({ mountId }) => mountId === over.parentId);
  return below !== undefined && isAtOrBelow(mount.target, over.target);
}
