import { isAtOrBelow } from './path.ts';
import { nearestAbove } from './nearest-above.ts';
import type { MountNode } from './snapshot-index.ts';
import type { MountStackNode, MoveStackNode, StackEdge, StackNode } from './stack-node.ts';

/**
 * Adds a move for each of these mounts: before the nodes it is in the way of, before all that is
 * unmounted below it (which has another target then), after an inner mount's own move, after what
 * covers it, and after swap files below it are off, which are known by their path only.
 */
export function addMoves(
  nodes: readonly StackNode[],
  edges: readonly StackEdge[],
  moved: ReadonlyMap<MountStackNode, readonly StackNode[]>,
) {
  const moves = nodes
    .filter((node) => node.kind === 'mount')
    .filter((node) => moved.has(node))
    .map((node): MoveStackNode => ({ kind: 'move', node: node.node }));
  const moveOf = new Map(moves.map((move) => [move.node, move]));
  const nearestMove = nearestAbove((node) => moveOf.get(node));
  const added: StackEdge[] = [];
  const add = (from: StackNode, to: StackNode) => {
    if (from !== to) added.push({ from, to, reason: 'move' });
  };
  for (const node of nodes) {
    if (node.kind === 'mount') {
      const nearest = nearestMove(node.node);
      if (nearest !== undefined) add(nearest, node);
      const own = moveOf.get(node.node);
      if (own === undefined) continue;
      const next = nearestMove(node.node.parent);
      if (next !== undefined) add(own, next);
      for (const held of moved.get(node) ?? []) {
        add(own, held);
        const further = held.kind === 'mount' ? moveOf.get(held.node) : undefined;
        if (further !== undefined && hides(node.node, held)) add(own, further);
      }
    } else if (node.kind === 'swap' && node.swap.kind === 'file') {
      for (const move of moves) {
        if (isAtOrBelow(node.swap.path, move.node.mount.target)) add(node, move);
      }
    }
  }
  return { nodes: [...nodes, ...moves], edges: [...edges, ...added], moves };
}

function hides(node: MountNode, held: StackNode): boolean {
  return held.kind === 'mount' && isAtOrBelow(held.node.mount.target, node.mount.target);
}

/** Where a mount is found once the moves above it were made. */
export function targetsAfterMoves(
  destinations: ReadonlyMap<MountNode, string>,
): (node: MountNode) => string {
  const nearestMove = nearestAbove((node) => {
    const to = destinations.get(node);
    return to === undefined ? undefined : { from: node.mount.target, to };
  });
  return (node) => {
    const { target } = node.mount;
    const move = nearestMove(node);
    if (move === undefined) return target;
    return `${move.to}${move.from === '/' ? target : target.slice(move.from.length)}`;
  };
}
