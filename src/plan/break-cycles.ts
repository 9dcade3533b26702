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
  const number = new Map(graph.nodes.map((node, i) => [node, i]));
  const certain = dropCautions(number, graph.edges);
  let edges = dropImpossible(number, certain);
  const moved = new Map<MountStackNode, readonly StackNode[]>();
  const lazy = new Set<MountStackNode>();
  const moveOut = (mount: MountStackNode) => {
    if (moved.has(mount)) return;
    const held = edges.filter((edge) => edge.from === mount && isBreakable(edge));
    const hiding = edges
      .filter(isBreakable)
      .filter((edge) => edge.to === mount && hidesTarget(edge));
    moved.set(
      mount,
      held.map(({ to }) => to),
    );
    edges = edges.filter((edge) => !held.includes(edge));
    // A path leads to the mount only when those on top of it are out of the way.
    for (const edge of hiding) if (isMovable(edge, options)) moveOut(edge.from);
  };
  const breakEdge = (edge: BreakableEdge) => {
    if (isMovable(edge, options)) {
      moveOut(edge.from);
      return;
    }
    edges = edges.filter((other) => other !== edge);
    if (edge.reason === 'parent') {
      // What hangs in it has to go, or to be moved, before the whole is detached.
      edges = edges.map((other) =>
        other.to === edge.from && other.reason === 'parent' ? { ...other, to: edge.to } : other,
      );
      for (const [mount, held] of moved) {
        if (held.includes(edge.from)) moved.set(mount, [...held, edge.to]);
      }
      edges.push({ from: edge.to, to: edge.from, reason: 'detached-with' });
      lazy.add(edge.to);
    }
  };
  for (const edge of edges.filter(isBreakable)) {
    if (isInTheWay(edge, options)) breakEdge(edge);
  }
  for (;;) {
    const cyclic = edgesOnCycles(number, edges);
    if (cyclic.length === 0) break;
    const choices = cyclic
      .map((group) => group.filter(isBreakable).toSorted(byPreference(options))[0])
      .filter((edge) => edge !== undefined);
    if (choices.length === 0) edges = dropImpossible(number, edges);
    else choices.forEach(breakEdge);
  }
  return { ...addMoves(graph.nodes, edges, moved), lazy };
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
