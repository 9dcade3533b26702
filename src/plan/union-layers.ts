import type { Snapshot } from '../snapshot/snapshot.ts';
import { layerPaths } from './layer-paths.ts';
import { below, isAtOrBelow, lastWord, selfAndAncestors } from './path.ts';
import { locateFile } from './locate-file.ts';
import { indexSnapshot, type MountNode, type SnapshotIndex } from './snapshot-index.ts';

export interface UnionLayers {
  readonly mounts: readonly MountNode[];
  /** Mounts under those, in which the layer may lie as well. */
  readonly possible: readonly MountNode[];
  /** Layers whose names tell no mount of today's but the old root, where every path leads to. */
  readonly unresolved: readonly string[];
}

/**
 * The mounts a union's layers lie on. A layer is looked for where its path leads below the old
 * root, then where it leads now, then by the end of a mount's target (`/root/lower`, mounted in the
 * initramfs, is `/oldroot/lower`). The old root, which every path leads to, is no answer.
 */
export function locateUnionLayers(
  index: SnapshotIndex,
  union: MountNode,
  oldRoot: string,
): UnionLayers {
  const mounts = new Set<MountNode>();
  const possible = new Set<MountNode>();
  const unresolved: string[] = [];
  for (const path of layerPaths(union.mount, index.aufs)) {
    const [likeliest, ...others] = locateLayer(index, union, path, oldRoot);
    if (likeliest === undefined) unresolved.push(path);
    else mounts.add(likeliest);
    for (const other of others) possible.add(other);
  }
  return { mounts: [...mounts], possible: [...possible], unresolved };
}

/** Whether any union has a layer that no mount of today can be told to hold, but by the end of its name. */
export function hasUnknownLayers(snapshot: Snapshot, oldRoot: string): boolean {
  const index = indexSnapshot(snapshot);
  return index.mounts.some((union) =>
    layerPaths(union.mount, index.aufs).some(
      (path) => followPath(index, union, path, oldRoot).length === 0,
    ),
  );
}

function locateLayer(
  index: SnapshotIndex,
  union: MountNode,
  path: string,
  oldRoot: string,
): readonly MountNode[] {
  if (!path.startsWith('/')) return [];
  const found = followPath(index, union, path, oldRoot);
  return found.length > 0 ? found : matchByEnd(index, union, path);
}

function followPath(
  index: SnapshotIndex,
  union: MountNode,
  path: string,
  oldRoot: string,
): readonly MountNode[] {
  if (!path.startsWith('/')) return [];
  const inOldRoot = locateFile(index, below(oldRoot, path), union);
  if (inOldRoot.some(({ mount }) => isBelow(mount.target, oldRoot))) return inOldRoot;
  const here = locateFile(index, path, union);
  return here.some(({ mount }) => mount.target !== '/') ? here : [];
}

function isBelow(target: string, directory: string): boolean {
  return target !== directory && isAtOrBelow(target, directory);
}

/** Mounts whose target ends as the layer's path or a directory above it ends, in the most words. */
function matchByEnd(index: SnapshotIndex, union: MountNode, path: string): readonly MountNode[] {
  const directories = selfAndAncestors(path).slice(0, -1);
  const alike = directories.flatMap((end) => index.mountsByLastWord.get(lastWord(end)) ?? []);
  const candidates = [...new Set(alike)].toSorted((a, b) => a.mount.mountId - b.mount.mountId);
  let best = 0;
  let found: readonly MountNode[] = [];
  for (const node of candidates) {
    if (node === union) continue;
    const common = Math.max(
      0,
      ...directories.map((directory) => commonEnd(directory, node.mount.target)),
    );
    if (common > best) found = [node];
    else if (common === best && common > 0) found = [...found, node];
    best = Math.max(best, common);
  }
  return found;
}

function commonEnd(a: string, b: string): number {
  const left = a.split('/').filter(Boolean).toReversed();
  const right = b.split('/').filter(Boolean).toReversed();
  const length = Math.min(left.length, right.length);
  for (let i = 0; i < length; i += 1) if (left[i] !== right[i]) return i;
  return length;
}
