import type { Snapshot } from '../snapshot/snapshot.ts';
import { breakCycles } from './break-cycles.ts';
import { planVersion, type PlanOptions, type TeardownPlan, type TeardownStep } from './plan.ts';
import { indexSnapshot } from './snapshot-index.ts';
import { buildStackGraph } from './stack-graph.ts';
import { orderSteps } from './step-order.ts';
import type { StackNode } from './stack-node.ts';
import { stepsOf } from './steps.ts';

/**
 * Orders the teardown of a machine. Pure and total: any snapshot has a plan, that of one where
 * nothing is left is empty, and the order of the snapshot's lists does not matter.
 */
export function planTeardown(snapshot: Snapshot, options: PlanOptions): TeardownPlan {
  const graph = buildStackGraph(indexSnapshot(snapshot), options);
  const stack = breakCycles(graph, options);
  const steps = stepsOf(stack, options);
  const orderOf = orderSteps(stack, (node) => steps.has(node));
  const idsOf = (nodes: ReadonlySet<StackNode>) =>
    [...nodes].map((node) => steps.get(node)!.id).toSorted(byText);
  const waves: TeardownStep[][] = [];
  for (const [node, step] of steps) {
    const { level, needs, after } = orderOf(node);
    (waves[level] ??= []).push({ ...step, needs: idsOf(needs), after: idsOf(after) });
  }
  return {
    version: planVersion,
    waves: waves.filter((wave) => wave.length > 0).map((wave) => wave.toSorted(byId)),
  };
}

function byId(a: TeardownStep, b: TeardownStep): number {
  return byText(a.id, b.id);
}

function byText(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
