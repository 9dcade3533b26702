import type { AcyclicStack } from './break-cycles.ts';
import { isPossible, type StackNode } from './stack-node.ts';

export interface Levels {
  /** How many steps have to be made before, one after the other: the number of the wave. */
  readonly levels: ReadonlyMap<StackNode, number>;
  /** The nearest nodes with a step without whose success this one cannot succeed. */
  readonly neededBy: (node: StackNode) => readonly StackNode[];
}

/** Longest paths through a stack; a node without a step takes no time, but passes on the order. */
export function levelsOf(
  { nodes, edges }: AcyclicStack,
  hasStep: (node: StackNode) => boolean,
): Levels {
  const successors = Map.groupBy(edges, ({ from }) => from);
  const predecessors = Map.groupBy(edges, ({ to }) => to);
  const waiting = new Map(nodes.map((node) => [node, predecessors.get(node)?.length ?? 0]));
  const levels = new Map<StackNode, number>(nodes.map((node) => [node, 0]));
  const needs = new Map<StackNode, ReadonlySet<StackNode>>();
  const ready = nodes.filter((node) => waiting.get(node) === 0);
  for (const node of ready) {
    needs.set(node, collectNeeds(node));
    const next = levels.get(node)! + Number(hasStep(node));
    for (const { to } of successors.get(node) ?? []) {
      levels.set(to, Math.max(levels.get(to)!, next));
      waiting.set(to, waiting.get(to)! - 1);
      if (waiting.get(to) === 0) ready.push(to);
    }
  }
  return { levels, neededBy: (node) => [...(needs.get(node) ?? [])] };

  function collectNeeds(node: StackNode): ReadonlySet<StackNode> {
    const found = new Set<StackNode>();
    for (const { from, reason } of predecessors.get(node) ?? []) {
      if (reason === 'caution' || isPossible(reason)) continue;
      if (hasStep(from)) found.add(from);
      else for (const further of needs.get(from) ?? []) found.add(further);
    }
    return found;
  }
}
