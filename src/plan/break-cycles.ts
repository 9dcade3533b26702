/** Takes the cycles out of a stack: by moving a mount out of the tree that waits for it to go. */
import type { PlanOptions } from './plan.ts';
import {
  dropCautions,
  dropImpossible,
  edgesOnCycles,
  isBreakable,
  type BreakableEdge,
} from './cycles.ts';
import type { MountStackNode, MoveStackNode, StackEdge, StackNode } from './stack-node.ts';
import type { StackGraph } from './stack-graph.ts';
import { addMoves } from './move-mounts.ts';
import { staysInPlace } from './stays-in-place.ts';

export interface AcyclicStack {
  readonly nodes: readonly StackNode[];
  readonly edges: readonly StackEdge[];
  readonly moves: readonly MoveStackNode[];
  /** Detached lazily because what hangs in them can neither go first nor be moved. */
  readonly lazy: ReadonlySet<MountStackNode>;
}

export function breakCycles(graph: StackGraph, options: PlanOptions): AcyclicStack {
  let { breakable, cyclic, others } = splitEdges(dropImpossible(dropCautions(graph.edges)));
  const moved = new Map<MountStackNode, readonly StackNode[]>();
  const lazy = new Set<MountStackNode>();
  const moveOut = (mount: MountStackNode) => {
    if (moved.has(mount)) return;
    const held = breakable.filter((edge) => edge.from === mount);
    const hiding = breakable.filter((edge) => edge.to === mount && hidesTarget(edge));
    moved.set(
      mount,
      held.map(({ to }) => to),
    );
    breakable = breakable.filter((edge) => edge.from !== mount);
    // A path leads to the mount only when those on top of it are out of the way.
    for (const edge of hiding) if (isMovable(edge, options)) moveOut(edge.from);
  };
  const breakEdge = (edge: BreakableEdge) => {
    if (isMovable(edge, options)) {
      moveOut(edge.from);
      return;
    }
    breakable = breakable.filter((other) => other !== edge);
    if (edge.reason === 'parent') {
      // What hangs in it has to go, or to be moved, before the whole is detached.
      breakable = breakable.map((other) =>
        other.to === edge.from && other.reason === 'parent' ? { ...other, to: edge.to } : other,
      );
      for (const [mount, held] of moved) {
        if (held.includes(edge.from)) moved.set(mount, [...held, edge.to]);
      }
      cyclic = [...cyclic, { from: edge.to, to: edge.from, reason: 'detached-with' }];
      lazy.add(edge.to);
    }
  };
  for (const edge of breakable) if (isInTheWay(edge, options)) breakEdge(edge);
  for (;;) {
    const groups = edgesOnCycles([...breakable, ...cyclic]);
    if (groups.length === 0) break;
    const choices = groups
      .map((group) => group.filter(isBreakable).toSorted(byPreference(options))[0])
      .filter((edge) => edge !== undefined);
    if (choices.length > 0) choices.forEach(breakEdge);
    else {
      ({ breakable, cyclic, others } = splitEdges(
        dropImpossible([...breakable, ...cyclic, ...others]),
      ));
    }
  }
  return { ...addMoves(graph.nodes, [...breakable, ...cyclic, ...others], moved), lazy };
}

interface SplitEdges {
  readonly breakable: readonly BreakableEdge[];
  /** Of those that are not, the ones on cycles. */
  readonly cyclic: readonly StackEdge[];
  /** No move and no detaching puts these on a cycle; mostly they are nearly all. */
  readonly others: readonly StackEdge[];
}

function splitEdges(edges: readonly StackEdge[]): SplitEdges {
  const onCycles = new Set(edgesOnCycles(edges).flat());
  const solid = edges.filter((edge) => !isBreakable(edge));
  return {
    breakable: edges.filter(isBreakable),
    cyclic: solid.filter((edge) => onCycles.has(edge)),
    others: solid.filter((edge) => !onCycles.has(edge)),
  };
}

function hidesTarget({ from, to, reason }: BreakableEdge): boolean {
  return reason === 'cover' || from.node.mount.target === to.node.mount.target;
}

/** The nearest to the root first: with it go all below it. */
function byPreference(options: PlanOptions) {
  return (a: BreakableEdge, b: BreakableEdge): number =>
    Number(isMovable(b, options)) - Number(isMovable(a, options)) ||
    a.from.node.depth - b.from.node.depth ||
    a.from.node.mount.mountId - b.from.node.mount.mountId;
}

/**
 * The kernel refuses to move a mount out of a shared one (mount(2), EINVAL). systemd makes all
 * private before it pivots, so a running machine's tags do not count.
 */
function isMovable({ from }: BreakableEdge, options: PlanOptions): boolean {
  if (staysInPlace(from.node.mount.target, options)) return false;
  const tags = from.node.parent?.mount.tags ?? [];
  return options.oldRoot === '/' || !tags.some((tag) => tag.startsWith('shared:'));
}

/** Holds up its parent although nothing shows why, or may not be unmounted at all. */
function isInTheWay(edge: BreakableEdge, options: PlanOptions): boolean {
  const { fate, node } = edge.from;
  const isBusy = options.busy?.includes(node.mount.target) === true;
  return (isBusy || fate === 'pinned') && isMovable(edge, options);
}
