import type { BlockDevice, MountPoint, Snapshot, SwapArea } from '../snapshot/snapshot.ts';
import { plainName } from '../snapshot/parse-device-mapper-table.ts';
import { lastWord, selfAndAncestors } from './path.ts';

/** A mount with its place in the tree of mounts. */
export interface MountNode {
  readonly mount: MountPoint;
  readonly parent: MountNode | undefined;
  readonly children: readonly MountNode[];
  /** 0 for a mount without parent. */
  readonly depth: number;
}

/** A snapshot in an order of its own, whatever that of the input was, and what finds things in it. */
export interface SnapshotIndex {
  readonly mounts: readonly MountNode[];
  readonly swaps: readonly SwapArea[];
  readonly devices: readonly BlockDevice[];
  readonly multiDevices: Snapshot['multiDevices'];
  readonly aufs: NonNullable<Snapshot['aufs']>;
  readonly deviceGroups: NonNullable<Snapshot['deviceGroups']>;
  /** The mounts of one target; the one on top, which a path leads to, comes last. */
  readonly mountsAt: ReadonlyMap<string, readonly MountNode[]>;
  readonly deviceByName: ReadonlyMap<string, BlockDevice>;
  readonly deviceByNumber: ReadonlyMap<string, BlockDevice>;
  readonly deviceByMapperName: ReadonlyMap<string, BlockDevice>;
  /** The first that has the name once nothing in it is mangled. */
  readonly deviceByPlainName: ReadonlyMap<string, BlockDevice>;
  /** Mounts by the last word of their target. */
  readonly mountsByLastWord: ReadonlyMap<string, readonly MountNode[]>;
}

export function indexSnapshot(snapshot: Snapshot): SnapshotIndex {
  const mounts = buildTree(sortedByText(snapshot.mounts, (mount) => mount.mountId));
  // Of several devices with one name, which only a damaged snapshot has, the last one counts.
  const devices = [
    ...new Map(
      sortedByText(snapshot.devices, () => 0).map((device) => [device.name, device]),
    ).values(),
  ];
  return {
    mounts,
    swaps: sortedByText(snapshot.swaps, () => 0),
    devices,
    multiDevices: snapshot.multiDevices,
    aufs: snapshot.aufs ?? [],
    deviceGroups: sortedByText(snapshot.deviceGroups ?? [], () => 0),
    mountsAt: new Map(
      [...Map.groupBy(mounts, ({ mount }) => mount.target)].map(([target, nodes]) => [
        target,
        nodes.toSorted((a, b) => a.depth - b.depth),
      ]),
    ),
    deviceByName: new Map(devices.map((device) => [device.name, device])),
    deviceByNumber: new Map(devices.map((device) => [device.devnum, device])),
    deviceByMapperName: new Map(
      devices.flatMap((device) => (device.dm === undefined ? [] : [[device.dm.name, device]])),
    ),
    deviceByPlainName: new Map(
      devices
        .toReversed()
        .flatMap((device) =>
          device.dm === undefined ? [] : [[plainName(device.dm.name), device]],
        ),
    ),
    mountsByLastWord: Map.groupBy(mounts, ({ mount }) => lastWord(mount.target)),
  };
}

interface GrowingNode {
  readonly mount: MountPoint;
  parent: GrowingNode | undefined;
  readonly children: GrowingNode[];
  depth: number;
}

/** A parent that is missing (its line was garbled) is replaced by the mount the path leads through. */
function buildTree(mounts: readonly MountPoint[]): readonly MountNode[] {
  const nodes = mounts.map((mount): GrowingNode => ({
    mount,
    parent: undefined,
    children: [],
    depth: 0,
  }));
  const byId = new Map(nodes.map((node) => [node.mount.mountId, node]));
  const byTarget = new Map(nodes.map((node) => [node.mount.target, node]));
  const parents = nodes.map(
    ({ mount }) => byId.get(mount.parentId) ?? enclosing(mount.target, byTarget),
  );
  const closing = closingCircles(nodes, parents);
  for (const [i, node] of nodes.entries()) {
    const parent = parents[i];
    if (parent === undefined || closing.has(node)) continue;
    node.parent = parent;
    parent.children.push(node);
  }
  const pending = nodes.filter((node) => node.parent === undefined);
  for (const node of pending) {
    node.depth = node.parent === undefined ? 0 : node.parent.depth + 1;
    pending.push(...node.children);
  }
  return nodes;
}

function enclosing(target: string, byTarget: ReadonlyMap<string, GrowingNode>) {
  for (const directory of selfAndAncestors(target).slice(1)) {
    const node = byTarget.get(directory);
    if (node !== undefined && node.mount.target !== target) return node;
  }
  return undefined;
}

/** Of each circle of parents, which only a damaged snapshot has, the node that comes last. */
function closingCircles(
  nodes: readonly GrowingNode[],
  parents: readonly (GrowingNode | undefined)[],
): ReadonlySet<GrowingNode> {
  const number = new Map(nodes.map((node, i) => [node, i]));
  const wayOf = nodes.map(() => -1);
  const closing = new Set<GrowingNode>();
  for (const start of nodes.keys()) {
    let at: number | undefined = start;
    while (at !== undefined && wayOf[at] === -1) {
      wayOf[at] = start;
      const parent: GrowingNode | undefined = parents[at];
      at = parent && number.get(parent);
    }
    if (at === undefined || wayOf[at] !== start) continue;
    const circle = [at];
    for (const i of circle) {
      const next = number.get(parents[i]!)!;
      if (next !== at) circle.push(next);
    }
    closing.add(nodes[circle.reduce((last, i) => Math.max(last, i))]!);
  }
  return closing;
}

/** By a number, then by the whole value, so that equal numbers have an order too. */
function sortedByText<T>(values: readonly T[], number: (value: T) => number): readonly T[] {
  return values
    .map((value) => ({ value, number: number(value), text: JSON.stringify(value) }))
    .toSorted((a, b) => a.number - b.number || (a.text < b.text ? -1 : Number(a.text > b.text)))
    .map(({ value }) => value);
}
