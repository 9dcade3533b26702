import { devicesOfMount } from './find-device.ts';
import { isUnion } from './layer-paths.ts';
import { locateUnionLayers } from './union-layers.ts';
import { ancestors, isAtOrBelow } from './path.ts';
import type { MountNode, SnapshotIndex } from './snapshot-index.ts';
import {
  edgesTo,
  holdingFiles,
  lookUp,
  type MountStackNode,
  type StackContext,
  type StackEdge,
} from './stack-node.ts';

/** What must go before, or after, a mount goes. */
export function mountEdges(context: StackContext, from: MountStackNode): readonly StackEdge[] {
  const { index, mountNodes, deviceNodes } = context;
  return [
    ...treeEdges(context, from),
    ...lookUp(mountNodes, context.coverings(from.node)).map((over): StackEdge => ({
      from: over,
      to: from,
      reason: 'cover',
    })),
    ...edgesTo(from, lookUp(deviceNodes, devicesOfMount(index, from.node.mount)), 'superblock'),
    ...(isUnion(from.node.mount) ? unionEdges(context, from) : []),
  ];
}

/**
 * A light mount in a light parent goes with it; whatever hangs in a light tree has to go before the
 * whole of it, since detaching the tree would take it along unseen.
 */
function treeEdges(context: StackContext, from: MountStackNode): readonly StackEdge[] {
  const parent = from.node.parent && context.mountNodes.get(from.node.parent);
  if (parent === undefined) return [];
  if (context.tops.get(from) !== from) {
    return [{ from: parent, to: from, reason: 'detached-with' }];
  }
  return [{ from, to: context.tops.get(parent) ?? parent, reason: 'parent' }];
}

/**
 * Of each mount the one with which it is detached lazily, which is itself where it needs a step of its own. So
 * does a light one in a light tree that lies on top of that tree, whose path leads to it then, or that hides what
 * must go before the tree.
 */
export function topsOfTrees(
  mountNodes: ReadonlyMap<MountNode, MountStackNode>,
  hiding: ReadonlySet<MountNode>,
): ReadonlyMap<MountStackNode, MountStackNode> {
  const tops = new Map<MountStackNode, MountStackNode>();
  for (const from of [...mountNodes.values()].toSorted((a, b) => a.node.depth - b.node.depth)) {
    const { node, fate } = from;
    const parent = node.parent && mountNodes.get(node.parent);
    const top = parent && tops.get(parent);
    const isLight = fate === 'light' && parent?.fate === 'light' && !hiding.has(node);
    const goesAlong = isLight && node.mount.target !== top?.node.mount.target;
    tops.set(from, goesAlong && top !== undefined ? top : from);
  }
  return tops;
}

/**
 * Mounts that hide one from every path: mounted on the same parent, nearer to its root than this mount or
 * what it hangs in.
 */
export function coveringsIn(index: SnapshotIndex): (node: MountNode) => readonly MountNode[] {
  const known = new Map<MountNode, readonly MountNode[]>();
  return (node) => {
    const way: MountNode[] = [];
    for (let at: MountNode | undefined = node; at !== undefined; at = at.parent) {
      if (known.has(at)) break;
      way.push(at);
    }
    for (const hidden of way.toReversed()) {
      const above = (hidden.parent && known.get(hidden.parent)) ?? [];
      const own = coveringsBesides(index, hidden);
      known.set(hidden, own.length === 0 ? above : [...own, ...above]);
    }
    return known.get(node) ?? [];
  };
}

function coveringsBesides(index: SnapshotIndex, { mount, parent }: MountNode) {
  const found: MountNode[] = [];
  for (const directory of ancestors(mount.target)) {
    if (parent === undefined || !isAtOrBelow(directory, parent.mount.target)) break;
    const there = index.mountsAt.get(directory) ?? [];
    found.push(...there.filter((over) => over.parent === parent));
  }
  return found;
}

function unionEdges(context: StackContext, from: MountStackNode): readonly StackEdge[] {
  const { index, options, mountNodes, idle, guessed } = context;
  const layers = locateUnionLayers(index, from.node, options.oldRoot);
  const located = holdingFiles(lookUp(mountNodes, layers.mounts));
  const edges = [
    ...edgesTo(from, located, 'layer'),
    ...edgesTo(from, holdingFiles(lookUp(mountNodes, layers.possible)), 'possible-holder'),
    // systemd unmounts a layer's mount, which the union then holds without one: its path still leads
    // somewhere, and tells nothing.
    ...edgesTo(from, idle, 'possible-detached'),
  ];
  if (layers.unresolved.length === 0 || !guessed.has(from)) return edges;
  const candidates = holdingFiles([...mountNodes.values()]).filter(
    ({ node }) => !isUnion(node.mount) || node.depth > from.node.depth,
  );
  return [...edges, ...edgesTo(from, candidates, 'possible-holder')];
}
