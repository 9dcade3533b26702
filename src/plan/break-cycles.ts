/** Takes the cycles out of a stack: by moving a mount out of the tree that waits for it to go. */
import type { PlanOptions } from './plan.ts';
import type {
  EdgeReason,
  MountStackNode,
  MoveStackNode,
  StackEdge,
  StackGraph,
  StackNode,
} from './stack-graph.ts';
import { addMoves } from './move-mounts.ts';
import { strongComponents } from './strong-components.ts';

export interface AcyclicStack {
  readonly nodes: readonly StackNode[];
  readonly edges: readonly StackEdge[];
  readonly moves: readonly MoveStackNode[];
  /** Detached lazily because what hangs in them can neither go first nor be moved. */
  readonly lazy: ReadonlySet<MountStackNode>;
  /** What goes along with those. */
  readonly detached: ReadonlySet<MountStackNode>;
}

/** Of a cycle that no move breaks, which only a damaged snapshot has, the first of these is dropped. */
const doubt: readonly EdgeReason[] = [
  'caution',
  'possible-layer',
  'cover',
  'layer',
  'container',
  'backing-file',
  'swap',
  'superblock',
  'holder',
  'detached-with',
];

export function breakCycles(graph: StackGraph, options: PlanOptions): AcyclicStack {
  const number = new Map(graph.nodes.map((node, i) => [node, i]));
  const certain = dropCautions(number, graph.edges);
  let edges = dropImpossible(number, certain);
  const moved = new Set<MountStackNode>();
  const lazy = new Set<MountStackNode>();
  const detached = new Set<MountStackNode>();
  const breakEdge = (edge: ParentEdge) => {
    edges = edges.filter((other) => other !== edge);
    if (isMovable(edge, options)) {
      moved.add(edge.from);
    } else {
      edges.push({ from: edge.to, to: edge.from, reason: 'detached-with' });
      lazy.add(edge.to);
      detached.add(edge.from);
    }
  };
  for (const edge of edges.filter(isParentEdge)) {
    if (isInTheWay(edge, options)) breakEdge(edge);
  }
  for (;;) {
    const cyclic = edgesOnCycles(number, edges);
    if (cyclic.length === 0) break;
    const choices = cyclic
      .map((group) => group.filter(isParentEdge).toSorted(byPreference(options))[0])
      .filter((edge) => edge !== undefined);
    if (choices.length === 0) edges = dropImpossible(number, edges);
    else choices.forEach(breakEdge);
  }
  return { ...addMoves(graph.nodes, edges, moved), lazy, detached };
}

type ParentEdge = StackEdge & { readonly from: MountStackNode; readonly to: MountStackNode };

function isParentEdge(edge: StackEdge): edge is ParentEdge {
  return edge.reason === 'parent';
}

/** The nearest to the root first: with it go all below it. */
function byPreference(options: PlanOptions) {
  return (a: ParentEdge, b: ParentEdge): number =>
    Number(isMovable(b, options)) - Number(isMovable(a, options)) ||
    a.from.node.depth - b.from.node.depth ||
    a.from.node.mount.mountId - b.from.node.mount.mountId;
}

/**
 * The kernel refuses to move a mount out of a shared one (mount(2), EINVAL). systemd makes all
 * private before it pivots, so a running machine's tags do not count.
 */
function isMovable({ from }: ParentEdge, { oldRoot }: PlanOptions): boolean {
  const tags = from.node.parent?.mount.tags ?? [];
  return oldRoot === '/' || !tags.some((tag) => tag.startsWith('shared:'));
}

/** Holds up its parent although nothing shows why, or may not be unmounted at all. */
function isInTheWay(edge: ParentEdge, options: PlanOptions): boolean {
  const { fate, node } = edge.from;
  const isBusy = options.busy?.includes(node.mount.target) === true;
  return (isBusy || fate === 'pinned') && isMovable(edge, options);
}

type NodeNumbers = ReadonlyMap<StackNode, number>;

function dropCautions(number: NodeNumbers, edges: readonly StackEdge[]): StackEdge[] {
  const doubtful = new Set(
    edgesOnCycles(
      number,
      edges.filter(({ reason }) => reason !== 'possible-layer'),
    )
      .flat()
      .filter(({ reason }) => reason === 'caution'),
  );
  return edges.filter((edge) => !doubtful.has(edge));
}

function dropImpossible(number: NodeNumbers, edges: StackEdge[]): StackEdge[] {
  let kept = edges;
  for (;;) {
    const cyclic = edgesOnCycles(
      number,
      kept.filter((edge) => !isParentEdge(edge)),
    );
    if (cyclic.length === 0) return kept;
    const dropped = new Set(
      cyclic.map(
        (group) => group.toSorted((a, b) => doubt.indexOf(a.reason) - doubt.indexOf(b.reason))[0],
      ),
    );
    kept = kept.filter((edge) => !dropped.has(edge));
  }
}

/** The edges that lie on cycles, in groups that have no cycle in common. */
function edgesOnCycles(
  number: NodeNumbers,
  edges: readonly StackEdge[],
): readonly (readonly StackEdge[])[] {
  const adjacency: number[][] = Array.from({ length: number.size }, () => []);
  for (const { from, to } of edges) adjacency[number.get(from)!]!.push(number.get(to)!);
  const component = strongComponents(adjacency);
  const componentOf = (node: StackNode) => component[number.get(node)!]!;
  const inside = edges.filter(({ from, to }) => componentOf(from) === componentOf(to));
  return [...Map.groupBy(inside, ({ from }) => componentOf(from)).values()];
}
