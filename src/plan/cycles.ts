/** Cycles in a stack, and the edges in them that are not certain enough to stand against others. */
import {
  isPossible,
  type EdgeReason,
  type MountStackNode,
  type StackEdge,
  type StackNode,
} from './stack-node.ts';
import { strongComponents } from './strong-components.ts';

/** Of a cycle that no move breaks, which only a damaged snapshot has, the first of these is dropped. */
const doubt: readonly EdgeReason[] = [
  'caution',
  'possible-detached',
  'possible-holder',
  'layer',
  'backing-file',
  'swap',
  'superblock',
  'holder',
  'container',
  'transport',
  'detached-with',
];

export type BreakableEdge = StackEdge & {
  readonly from: MountStackNode;
  readonly to: MountStackNode;
};

/** Moving a mount away helps what it hangs in, and what it hides. */
export function isBreakable(edge: StackEdge): edge is BreakableEdge {
  return edge.reason === 'parent' || edge.reason === 'cover';
}

export function dropCautions(edges: readonly StackEdge[]): readonly StackEdge[] {
  const doubtful = new Set(
    edgesOnCycles(edges.filter(({ reason }) => !isPossible(reason)))
      .flat()
      .filter(({ reason }) => reason === 'caution'),
  );
  return edges.filter((edge) => !doubtful.has(edge));
}

export function dropImpossible(edges: readonly StackEdge[]): readonly StackEdge[] {
  const solid = edges.filter((edge) => !isBreakable(edge));
  const dropped = new Set<StackEdge>();
  for (;;) {
    const cyclic = edgesOnCycles(solid.filter((edge) => !dropped.has(edge)));
    if (cyclic.length === 0) break;
    for (const group of cyclic) {
      const [first] = group.toSorted((a, b) => doubt.indexOf(a.reason) - doubt.indexOf(b.reason));
      if (first !== undefined) dropped.add(first);
    }
  }
  takeBack(
    dropped,
    solid.filter((edge) => !dropped.has(edge)),
  );
  return edges.filter((edge) => !dropped.has(edge));
}

/** An edge may have been dropped for a cycle that another one, dropped later, was on as well. */
function takeBack(dropped: Set<StackEdge>, kept: readonly StackEdge[]): void {
  const successors = new Map<StackNode, StackNode[]>();
  const keep = ({ from, to }: StackEdge) => {
    const known = successors.get(from);
    if (known === undefined) successors.set(from, [to]);
    else known.push(to);
  };
  for (const edge of kept) keep(edge);
  for (const edge of [...dropped].toReversed()) {
    if (leadsTo(successors, edge.to, edge.from)) continue;
    dropped.delete(edge);
    keep(edge);
  }
}

function leadsTo(
  successors: ReadonlyMap<StackNode, readonly StackNode[]>,
  start: StackNode,
  end: StackNode,
): boolean {
  const reached = new Set([start]);
  for (const node of reached) {
    if (node === end) return true;
    for (const next of successors.get(node) ?? []) reached.add(next);
  }
  return false;
}

/** The edges that lie on cycles, in groups that have no cycle in common. */
export function edgesOnCycles(edges: readonly StackEdge[]): readonly (readonly StackEdge[])[] {
  const numbers = new Map<StackNode, number>();
  const adjacency: number[][] = [];
  const numberOf = (node: StackNode) => {
    const known = numbers.get(node);
    if (known !== undefined) return known;
    numbers.set(node, adjacency.length);
    return adjacency.push([]) - 1;
  };
  for (const { from, to } of edges) adjacency[numberOf(from)]!.push(numberOf(to));
  const component = strongComponents(adjacency);
  const componentOf = (node: StackNode) => component[numberOf(node)]!;
  const inside = edges.filter(({ from, to }) => componentOf(from) === componentOf(to));
  return [...Map.groupBy(inside, ({ from }) => componentOf(from)).values()];
}
