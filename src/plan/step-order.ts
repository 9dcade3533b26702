import type { AcyclicStack } from './break-cycles.ts';
import { isPossible, type StackEdge, type StackNode } from './stack-node.ts';

export interface StepOrder {
  /** How many steps have to be made before, one after the other: the number of the wave. */
  readonly level: number;
  /** The nearest nodes with a step without whose success this one cannot succeed. */
  readonly needs: ReadonlySet<StackNode>;
  /** The nearest ones with a step that must have ended, well or not; none of `needs`. */
  readonly after: ReadonlySet<StackNode>;
}

const none: ReadonlySet<StackNode> = new Set();

/** The order of a stack's nodes; one without a step takes no time, but passes on what it waits for. */
export function orderSteps(
  { nodes, edges }: AcyclicStack,
  hasStep: (node: StackNode) => boolean,
): (node: StackNode) => StepOrder {
  const successors = Map.groupBy(edges, ({ from }) => from);
  const predecessors = Map.groupBy(edges, ({ to }) => to);
  const waiting = new Map(nodes.map((node) => [node, predecessors.get(node)?.length ?? 0]));
  const orders = new Map<StackNode, StepOrder>();
  const orderOf = (node: StackNode) => orders.get(node) ?? { level: 0, needs: none, after: none };
  const ready = nodes.filter((node) => waiting.get(node) === 0);
  for (const node of ready) {
    orders.set(node, orderBehind(predecessors.get(node) ?? [], hasStep, orderOf));
    for (const { to } of successors.get(node) ?? []) {
      waiting.set(to, waiting.get(to)! - 1);
      if (waiting.get(to) === 0) ready.push(to);
    }
  }
  return orderOf;
}

function orderBehind(
  edges: readonly StackEdge[],
  hasStep: (node: StackNode) => boolean,
  orderOf: (node: StackNode) => StepOrder,
): StepOrder {
  let level = 0;
  const needs = new Set<StackNode>();
  const after = new Set<StackNode>();
  for (const { from, reason } of edges) {
    const isOrderOnly = reason === 'caution' || isPossible(reason);
    const before = orderOf(from);
    level = Math.max(level, before.level + Number(hasStep(from)));
    if (hasStep(from)) (isOrderOnly ? after : needs).add(from);
    else {
      for (const node of before.needs) (isOrderOnly ? after : needs).add(node);
      for (const node of before.after) after.add(node);
    }
  }
  return { level, needs, after: nearest(needs, after, orderOf) };
}

/** Without what one of the others waits for: it has ended when that one has. */
function nearest(
  needs: ReadonlySet<StackNode>,
  after: ReadonlySet<StackNode>,
  orderOf: (node: StackNode) => StepOrder,
): ReadonlySet<StackNode> {
  if (after.size === 0) return none;
  const implied = new Set(needs);
  for (const node of [...needs, ...after]) {
    const order = orderOf(node);
    for (const before of order.needs) implied.add(before);
    for (const before of order.after) implied.add(before);
  }
  return after.difference(implied);
}
