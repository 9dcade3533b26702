/** What must go before what, as a graph over mounts, swap areas and block devices. */
import { decideFates, type Fates } from './decide-fates.ts';
import { deviceEdges, swapEdges } from './device-edges.ts';
import { groupEdges, isMadeOfDevices } from './group-edges.ts';
import { devicesOfMount, findDeviceByPath } from './find-device.ts';
import { isUnion } from './layer-paths.ts';
import { coveringsIn, mountEdges, topsOfTrees } from './mount-edges.ts';
import type { PlanOptions } from './plan.ts';
import type { MountNode, SnapshotIndex } from './snapshot-index.ts';
import {
  holdingFiles,
  type GroupStackNode,
  type MountStackNode,
  type StackContext,
  type StackEdge,
  type StackNode,
  type SwapStackNode,
} from './stack-node.ts';

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
  const coverings = coveringsIn(index);
  const hiding = new Set(
    holdingFiles([...mountNodes.values()]).flatMap(({ node }) => coverings(node)),
  );
  const swapNodes = index.swaps.map((swap): SwapStackNode => ({
    kind: 'swap',
    swap,
    device: swap.kind === 'partition' ? findDeviceByPath(index, swap.path) : undefined,
  }));
  const groupNodes = index.deviceGroups.map((group): GroupStackNode => ({
    kind: 'group',
    group,
    isProtected: [...fates.protectedDevices].some(({ name }) => group.devices.includes(name)),
  }));
  const used = usedDevices(index, swapNodes);
  const idle = [...deviceNodes.values()].filter(
    ({ device, isProtected }) => !isProtected && !used.has(device.name),
  );
  const context: StackContext = {
    index,
    options,
    mountNodes,
    deviceNodes,
    idle,
    hiding,
    coverings,
    tops: topsOfTrees(mountNodes, hiding),
    guessed: nearestUnions([...mountNodes.values()]),
  };
  return {
    nodes: [...swapNodes, ...mountNodes.values(), ...deviceNodes.values(), ...groupNodes],
    edges: [
      ...[...mountNodes.values()].flatMap((node) => mountEdges(context, node)),
      ...swapNodes.flatMap((node) => swapEdges(context, node)),
      ...[...deviceNodes.values()].flatMap((node) => deviceEdges(context, node)),
      ...groupNodes.flatMap((node) => groupEdges(context, node)),
    ].filter(({ from, to }) => from !== to),
    fates,
  };
}

/** A guess costs an edge to every mount; of a thousand containers no layer is worth that. */
const mostGuessed = 16;

function nearestUnions(nodes: readonly MountStackNode[]): ReadonlySet<MountStackNode> {
  const unions = nodes.filter(({ node }) => isUnion(node.mount));
  return new Set(unions.toSorted((a, b) => a.node.depth - b.node.depth).slice(0, mostGuessed));
}

/** The names of devices that a mount, a swap area, another device, a group or a partition is seen on. */
function usedDevices(
  index: SnapshotIndex,
  swapNodes: readonly SwapStackNode[],
): ReadonlySet<string> {
  return new Set([
    ...index.mounts.flatMap(({ mount }) => devicesOfMount(index, mount)).map(({ name }) => name),
    ...swapNodes.map(({ device }) => device?.name ?? ''),
    ...index.devices.flatMap(({ slaves, partitionOf }) => [...slaves, partitionOf ?? '']),
    ...index.devices.filter(({ holders }) => holders.length > 0).map(({ name }) => name),
    ...index.deviceGroups.filter(isMadeOfDevices).flatMap(({ devices }) => devices),
  ]);
}
