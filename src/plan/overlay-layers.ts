import { decodeOctal } from '../snapshot/parse-mountinfo.ts';
import { below, isAtOrBelow, selfAndAncestors } from './path.ts';
import { locateFile } from './locate-file.ts';
import type { Snapshot } from '../snapshot/snapshot.ts';
import { indexSnapshot, type MountNode, type SnapshotIndex } from './snapshot-index.ts';

/**
 * The directories an overlay is made of, as they were named when it was mounted, which may have
 * been in another root (Documentation/filesystems/overlayfs.rst: a colon within a name is `\:`).
 */
function parseOverlayLayers(superOptions: string): readonly string[] {
  return superOptions.split(',').flatMap((option) => {
    const [, key, text] = /^(lowerdir\+?|datadir\+|upperdir|workdir)=(.*)$/.exec(option) ?? [];
    if (key === undefined || text === undefined) return [];
    const value = decodeOctal(text);
    if (key !== 'lowerdir') return [value];
    return (value.match(/(?:\\.|[^:\\])+/g) ?? []).map((name) => name.replaceAll(/\\(.)/g, '$1'));
  });
}

export interface OverlayLayers {
  readonly mounts: readonly MountNode[];
  /** Mounts under those, in which the layer may lie as well. */
  readonly possible: readonly MountNode[];
  /** Layers whose names tell no mount of today's but the old root, where every path leads to. */
  readonly unresolved: readonly string[];
}

/**
 * The mounts an overlay's layers lie on. A layer is looked for where its path leads below the old
 * root, then where it leads now, then by the end of a mount's target (`/root/lower`, mounted in the
 * initramfs, is `/oldroot/lower`). The old root, which every path leads to, is no answer.
 */
export function locateOverlayLayers(
  index: SnapshotIndex,
  overlay: MountNode,
  oldRoot: string,
): OverlayLayers {
  const mounts = new Set<MountNode>();
  const possible = new Set<MountNode>();
  const unresolved: string[] = [];
  for (const path of parseOverlayLayers(overlay.mount.superOptions)) {
    const [likeliest, ...others] = locateLayer(index, overlay, path, oldRoot);
    if (likeliest === undefined) unresolved.push(path);
    else mounts.add(likeliest);
    for (const other of others) possible.add(other);
  }
  return { mounts: [...mounts], possible: [...possible], unresolved };
}

/** Whether any overlay has a layer that no mount of today can be told to hold, but by the end of its name. */
export function hasUnknownLayers(snapshot: Snapshot, oldRoot: string): boolean {
  const index = indexSnapshot(snapshot);
  return index.mounts.some(
    (overlay) =>
      overlay.mount.fstype === 'overlay' &&
      parseOverlayLayers(overlay.mount.superOptions).some(
        (path) => followPath(index, overlay, path, oldRoot).length === 0,
      ),
  );
}

function locateLayer(
  index: SnapshotIndex,
  overlay: MountNode,
  path: string,
  oldRoot: string,
): readonly MountNode[] {
  if (!path.startsWith('/')) return [];
  const found = followPath(index, overlay, path, oldRoot);
  return found.length > 0 ? found : matchByEnd(index, overlay, path);
}

function followPath(
  index: SnapshotIndex,
  overlay: MountNode,
  path: string,
  oldRoot: string,
): readonly MountNode[] {
  if (!path.startsWith('/')) return [];
  const inOldRoot = locateFile(index, below(oldRoot, path), overlay);
  if (inOldRoot.some(({ mount }) => isBelow(mount.target, oldRoot))) return inOldRoot;
  const here = locateFile(index, path, overlay);
  return here.some(({ mount }) => mount.target !== '/') ? here : [];
}

function isBelow(target: string, directory: string): boolean {
  return target !== directory && isAtOrBelow(target, directory);
}

/** Mounts whose target ends as the layer's path or a directory above it ends, in the most words. */
function matchByEnd(index: SnapshotIndex, overlay: MountNode, path: string): readonly MountNode[] {
  const directories = selfAndAncestors(path).slice(0, -1);
  let best = 0;
  let found: readonly MountNode[] = [];
  for (const node of index.mounts) {
    if (node === overlay) continue;
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
