/**
 * Ways to the memory-backed file systems that an overlay may be made of, which stay open when they
 * are unmounted: an overlay that stands holds its branches without any mount that is seen.
 */
import { closeSync } from 'node:fs';
import { cloneMount } from '../kernel/mount-namespace.ts';
import { isReached } from '../plan/reached-mount.ts';
import { parseMountinfo } from '../snapshot/parse-mountinfo.ts';
import { doomedMemory } from './release-memory.ts';
import { readNow } from './read-now.ts';

export interface Branches {
  /** Directories, by a path that any child of this process can use. */
  readonly paths: readonly string[];
  /** Without them what is unmounted is freed at once. */
  release(): void;
}

/**
 * Nothing where there is no overlay, since all that is needed then is to unmount. A mount that its path
 * does not lead to is left out: what is mounted over it would be held instead, and its device with it.
 */
export function holdBranches(): Branches {
  const { mounts } = parseMountinfo(readNow('/proc/self/mountinfo') ?? '');
  const isOverlay = mounts.some(({ fstype }) => fstype === 'overlay');
  const candidates = isOverlay ? doomedMemory(mounts) : [];
  const descriptors = candidates.flatMap((mount) => {
    if (!isReached(mount, mounts)) return [];
    try {
      return [cloneMount(mount.target)];
    } catch {
      // Linux before 5.2: what is seen will have to do.
      return [];
    }
  });
  return {
    paths: descriptors.map((descriptor) => `/proc/${process.pid}/fd/${descriptor}/`),
    release() {
      for (const descriptor of descriptors.splice(0)) closeSync(descriptor);
    },
  };
}
