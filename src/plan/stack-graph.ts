/** What must go before what, as a graph over mounts, swap areas and block devices. */
import type { BlockDevice, SwapArea } from '../snapshot/snapshot.ts';
import { decideFates, type Fates, type MountFate } from './decide-fates.ts';
import { findDeviceByPath, devicesOfMount } from './find-device.ts';
import { locateFile } from './locate-file.ts';
import { locateOverlayLayers } from './overlay-layers.ts';
import { isAtOrBelow, selfAndAncestors } from './path.ts';
import type { PlanOptions } from './plan.ts';
import type { MountNode, SnapshotIndex } from './snapshot-index.ts';

export type StackNode = MountStackNode | SwapStackNode | DeviceStackNode | MoveStackNode;

export interface MountStackNode {
  readonly kind: 'mount';
  readonly node: MountNode;
  readonly fate: Exclude<MountFate, 'protected'>;
}

/** Appears when cycles are broken. */
export interface MoveStackNode {
  readonly kind: 'move';
  readonly node: MountNode;
}

interface SwapStackNode {
  readonly kind: 'swap';
  readonly swap: SwapArea;
  readonly device: BlockDevice | undefined;
}

interface DeviceStackNode {
  readonly kind: 'device';
  readonly device: BlockDevice;
  readonly isProtected: boolean;
}

/** Why one must go before the other. */
export type EdgeReason =
  /** A child before its parent: the one reason that moving a mount out does away with. */
  | 'parent'
  /** What lies over a mount hides it from every path. */
  | 'cover'
  /** Part of a tree that is detached lazily in one call. */
  | 'detached-with'
  | 'superblock'
  | 'layer'
  | 'backing-file'
  | 'holder'
  | 'container'
  | 'swap'
  /** What lies in one of several mounts, before each of them that it may lie in; an order only. */
  | 'possible-holder'
  /** It may be so, the snapshot does not tell: an order where nothing speaks against it. */
  | 'caution'
  /** A mount is moved before what is below it is unmounted, and after what names it by path. */
  | 'move';

export interface StackEdge {
  /** Goes first. */
  readonly from: StackNode;
  readonly to: StackNode;
  readonly reason: EdgeReason;
}

export interface StackGraph {
  readonly nodes: readonly StackNode[];
  readonly edges: readonly StackEdge[];
  readonly fates: Fates;
}

export function buildStackGraph(index: SnapshotIndex, options: PlanOptions): StackGraph {
  const fates = decideFates(index, options);
  const mountNodes = new Map<MountNode, MountStackNode>();
  for (const node of index.mounts) {
    const fate = fates.mounts.get(node) ?? 'protected';
    if (fate !== 'protected') mountNodes.set(node, { kind: 'mount', node, fate });
  }
  const deviceNodes = new Map(
    index.devices.map((device) => [
      device,
      {
        kind: 'device' as const,
        device,
        isProtected: fates.protectedDevices.has(device),
      },
    ]),
  );
  const hiding = new Set(
    holdingFiles([...mountNodes.values()]).flatMap(({ node }) => coverings(index, node)),
  );
  const context: Context = { index, options, mountNodes, deviceNodes, hiding };
  const swapNodes = index.swaps.map((swap): SwapStackNode => ({
    kind: 'swap',
    swap,
    device: swap.kind === 'partition' ? findDeviceByPath(index, swap.path) : undefined,
  }));
  return {
    nodes: [...swapNodes, ...mountNodes.values(), ...deviceNodes.values()],
    edges: [
      ...[...mountNodes.values()].flatMap((node) => mountEdges(context, node)),
      ...swapNodes.flatMap((node) => swapEdges(context, node)),
      ...[...deviceNodes.values()].flatMap((node) => deviceEdges(context, node)),
    ].filter(({ from, to }) => from !== to),
    fates,
  };
}

interface Context {
  readonly index: SnapshotIndex;
  readonly options: PlanOptions;
  readonly mountNodes: ReadonlyMap<MountNode, MountStackNode>;
  readonly deviceNodes: ReadonlyMap<BlockDevice, DeviceStackNode>;
  /** Mounts that hide one which has to be unmounted by itself. */
  readonly hiding: ReadonlySet<MountNode>;
}

function mountEdges(context: Context, from: MountStackNode): readonly StackEdge[] {
  const { index, mountNodes, deviceNodes } = context;
  return [
    ...treeEdges(context, from),
    ...lookUp(mountNodes, coverings(index, from.node)).map((over): StackEdge => ({
      from: over,
      to: from,
      reason: 'cover',
    })),
    ...edgesTo(from, lookUp(deviceNodes, devicesOfMount(index, from.node.mount)), 'superblock'),
    ...(from.node.mount.fstype === 'overlay' ? overlayEdges(context, from) : []),
  ];
}

/**
 * A light mount in a light parent goes with it; whatever hangs in a light tree has to go before the
 * whole of it, since detaching the tree would take it along unseen.
 */
function treeEdges(context: Context, from: MountStackNode): readonly StackEdge[] {
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
function isDetachedWithParent(context: Context, { node, fate }: MountStackNode): boolean {
  const parent = node.parent && context.mountNodes.get(node.parent);
  if (fate !== 'light' || parent?.fate !== 'light' || context.hiding.has(node)) return false;
  return node.mount.target !== topOfTree(context, parent).node.mount.target;
}

function topOfTree(context: Context, node: MountStackNode): MountStackNode {
  const parent = node.node.parent && context.mountNodes.get(node.node.parent);
  return parent !== undefined && isDetachedWithParent(context, node)
    ? topOfTree(context, parent)
    : node;
}

/**
 * Mounts that hide this one from every path: mounted on the same parent, nearer to its root than
 * this mount or what it hangs in.
 */
function coverings(index: SnapshotIndex, node: MountNode): readonly MountNode[] {
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

function overlayEdges(context: Context, from: MountStackNode): readonly StackEdge[] {
  const { index, options, mountNodes } = context;
  const layers = locateOverlayLayers(index, from.node, options.oldRoot);
  const located = holdingFiles(lookUp(mountNodes, layers.mounts));
  const edges = [
    ...edgesTo(from, located, 'layer'),
    ...edgesTo(from, holdingFiles(lookUp(mountNodes, layers.possible)), 'possible-holder'),
  ];
  if (layers.unresolved.length === 0) return edges;
  const candidates = holdingFiles([...mountNodes.values()]).filter(
    ({ node }) => node.mount.fstype !== 'overlay' || node.depth > from.node.depth,
  );
  return [...edges, ...edgesTo(from, candidates, 'possible-holder')];
}

/** What is kept elsewhere, or has no files, keeps nothing busy. */
function holdingFiles(nodes: readonly MountStackNode[]): readonly MountStackNode[] {
  return nodes.filter(({ fate }) => fate !== 'light');
}

function swapEdges({ index, mountNodes, deviceNodes }: Context, from: SwapStackNode) {
  if (from.device !== undefined) return edgesTo(from, lookUp(deviceNodes, [from.device]), 'swap');
  if (from.swap.kind === 'partition') return edgesTo(from, [...deviceNodes.values()], 'caution');
  const mounts = lookUp(mountNodes, locateFile(index, from.swap.path));
  if (mounts.length > 0) return edgesTo(from, mounts, 'swap');
  return edgesTo(from, [...mountNodes.values()], 'caution');
}

function deviceEdges(context: Context, from: DeviceStackNode): readonly StackEdge[] {
  const { index, deviceNodes } = context;
  const { device } = from;
  const named = (names: readonly string[]) =>
    lookUp(
      deviceNodes,
      names.map((name) => index.deviceByName.get(name)).filter((found) => found !== undefined),
    );
  const container = /^external:[/-](md[^/]+)/.exec(device.md?.metadataVersion ?? '')?.[1];
  return [
    ...edgesTo(from, named(device.slaves), 'holder'),
    ...named(device.holders).map((holder) => ({
      from: holder,
      to: from,
      reason: 'holder' as const,
    })),
    ...edgesTo(from, named(device.partitionOf === undefined ? [] : [device.partitionOf]), 'holder'),
    ...edgesTo(from, named(container === undefined ? [] : [container]), 'container'),
    ...(device.loop === undefined ? [] : backingEdges(context, from, device.loop.backingFile)),
  ];
}

/**
 * A file in a mount that was detached shows a path without it, which then seems to lie in a mount
 * that stays: the loop device is detached early, before all that may hold the file. Where mounts
 * lie on each other the file may be in any that is not made of the loop device itself.
 */
function backingEdges(
  { index, mountNodes }: Context,
  from: DeviceStackNode,
  backingFile: string,
): readonly StackEdge[] {
  const located = locateFile(index, backingFile);
  const possible = located.filter(
    (node) => located.length === 1 || !isOn(index, node, from.device),
  );
  const [top, ...others] = lookUp(mountNodes, possible);
  if (top?.fate === 'light') return [];
  if (top !== undefined) {
    return others.length === 0
      ? edgesTo(from, [top], 'backing-file')
      : edgesTo(from, holdingFiles([top, ...others]), 'possible-holder');
  }
  return from.isProtected ? [] : edgesTo(from, holdingFiles([...mountNodes.values()]), 'caution');
}

/** Whether a file system lies on a device, be it under other devices. */
function isOn(index: SnapshotIndex, { mount }: MountNode, device: BlockDevice): boolean {
  const found = new Set(devicesOfMount(index, mount));
  for (const { slaves, partitionOf } of found) {
    for (const name of [...slaves, partitionOf ?? '']) {
      const slave = index.deviceByName.get(name);
      if (slave !== undefined) found.add(slave);
    }
  }
  return found.has(device);
}

function edgesTo(from: StackNode, to: readonly StackNode[], reason: EdgeReason) {
  return to.map((node): StackEdge => ({ from, to: node, reason }));
}

function lookUp<K, V>(map: ReadonlyMap<K, V>, keys: readonly K[]): readonly V[] {
  return keys.map((key) => map.get(key)).filter((value) => value !== undefined);
}
