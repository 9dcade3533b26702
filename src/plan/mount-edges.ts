import { devicesOfMount } from './find-device.ts';
import { isUnion } from './layer-paths.ts';
import { locateUnionLayers } from './union-layers.ts';
import { isAtOrBelow, selfAndAncestors } from './path.ts';
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
    ...lookUp(mountNodes, coverings(index, from.node)).map((over): StackEdge => ({
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
  if (isDetachedWithParent(context, from)) {
    return [{ from: parent, to: from, reason: 'detached-with' }];
  }
  return [{ from, to: topOfTree(context, parent), reason: 'parent' }];
}

/**
 * Whether a mount needs no step of its own, being in a tree that is detached lazily. It does when it
 * lies on top of such a tree, whose path leads to it then, or hides what must go before the tree.
 */
function isDetachedWithParent(context: StackContext, { node, fate }: MountStackNode): boolean {
  const parent = node.parent && context.mountNodes.get(node.parent);
  if (fate !== 'light' || parent?.fate !== 'light' || context.hiding.has(node)) return false;
  return node.mount.target !== topOfTree(context, parent).node.mount.target;
}

function topOfTree(context: StackContext, node: MountStackNode): MountStackNode {
  const parent = node.node.parent && context.mountNodes.get(node.node.parent);
  return parent !== undefined && isDetachedWithParent(context, node)
    ? topOfTree(context, parent)
    : node;
}

/**
 * Mounts that hide this one from every path: mounted on the same parent, nearer to its root than
 * this mount or what it hangs in.
 */
export function coverings(index: SnapshotIndex, node: MountNode): readonly MountNode[] {
  const found: MountNode[] = [];
  for (let hidden = node; hidden.parent !== undefined; hidden = hidden.parent) {
    const { parent, mount } = hidden;
    for (const directory of selfAndAncestors(mount.target).slice(1)) {
      if (!isAtOrBelow(directory, parent.mount.target)) break;
      const there = index.mountsAt.get(directory) ?? [];
      found.push(...there.filter((over) => over.parent === parent));
    }
  }
  return found;
}

function unionEdges(context: StackContext, from: MountStackNode): readonly StackEdge[] {
  const { index, options, mountNodes, idle } = context;
  const layers = locateUnionLayers(index, from.node, options.oldRoot);
  const located = holdingFiles(lookUp(mountNodes, layers.mounts));
  const edges = [
    ...edgesTo(from, located, 'layer'),
    ...edgesTo(from, holdingFiles(lookUp(mountNodes, layers.possible)), 'possible-holder'),
    // systemd unmounts a layer's mount, which the union then holds without one: its path still leads
    // somewhere, and tells nothing.
    ...edgesTo(from, idle, 'possible-detached'),
  ];
  if (layers.unresolved.length === 0) return edges;
  const candidates = holdingFiles([...mountNodes.values()]).filter(
    ({ node }) => !isUnion(node.mount) || node.depth > from.node.depth,
  );
  return [...edges, ...edgesTo(from, candidates, 'possible-holder')];
}
