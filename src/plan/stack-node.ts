/** What a stack is made of, and what must go before what. */
import type { BlockDevice, DeviceGroup, SwapArea } from '../snapshot/snapshot.ts';
import type { MountFate } from './decide-fates.ts';
import type { PlanOptions } from './plan.ts';
import type { MountNode, SnapshotIndex } from './snapshot-index.ts';

export type StackNode =
  | MountStackNode
  | SwapStackNode
  | DeviceStackNode
  | GroupStackNode
  | MoveStackNode;

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

export interface SwapStackNode {
  readonly kind: 'swap';
  readonly swap: SwapArea;
  readonly device: BlockDevice | undefined;
}

export interface DeviceStackNode {
  readonly kind: 'device';
  readonly device: BlockDevice;
  readonly isProtected: boolean;
}

export interface GroupStackNode {
  readonly kind: 'group';
  readonly group: DeviceGroup;
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
  /** A device before what it comes over. */
  | 'transport'
  | 'swap'
  /** What lies in one of several mounts, before each of them that it may lie in; an order only. */
  | 'possible-holder'
  /** What may lie in a mount that was detached, before a device that such a mount may be on; an order only. */
  | 'possible-detached'
  /** It may be so, the snapshot does not tell: an order where nothing speaks against it. */
  | 'caution'
  /** A mount is moved before what is below it is unmounted, and after what names it by path. */
  | 'move';

/** An order that costs nothing if the guess is wrong, and no need of the step behind it. */
export function isPossible(reason: EdgeReason): boolean {
  return reason === 'possible-holder' || reason === 'possible-detached';
}

export interface StackEdge {
  /** Goes first. */
  readonly from: StackNode;
  readonly to: StackNode;
  readonly reason: EdgeReason;
}

/** What the edges of a node are found in. */
export interface StackContext {
  readonly index: SnapshotIndex;
  readonly options: PlanOptions;
  readonly mountNodes: ReadonlyMap<MountNode, MountStackNode>;
  readonly deviceNodes: ReadonlyMap<BlockDevice, DeviceStackNode>;
  /** Devices that nothing of the snapshot uses: what uses one, if any, is a mount that was detached. */
  readonly idle: readonly DeviceStackNode[];
  /** Mounts that hide one which has to be unmounted by itself. */
  readonly hiding: ReadonlySet<MountNode>;
  readonly coverings: (node: MountNode) => readonly MountNode[];
  /** With what each mount is detached; itself, for most. */
  readonly tops: ReadonlyMap<MountStackNode, MountStackNode>;
  /** Unions for whose lost layers all mounts are held back. */
  readonly guessed: ReadonlySet<MountStackNode>;
}
export function edgesTo(from: StackNode, to: readonly StackNode[], reason: EdgeReason) {
  return to.map((node): StackEdge => ({ from, to: node, reason }));
}

export function lookUp<K, V>(map: ReadonlyMap<K, V>, keys: readonly K[]): readonly V[] {
  return keys.map((key) => map.get(key)).filter((value) => value !== undefined);
}

/** What is kept elsewhere, or has no files, keeps nothing busy. */
export function holdingFiles(nodes: readonly MountStackNode[]): readonly MountStackNode[] {
  return nodes.filter(({ fate }) => fate !== 'light');
}
