/** A directed graph: for each node the numbers of those it points to. */
export type Adjacency = readonly (readonly number[])[];

/**
 * The number of each node's strongly connected component (Tarjan 1972); nodes of one number lie on
 * a cycle together. Without recursion, as stacks may be deep.
 */
export function strongComponents(adjacency: Adjacency): readonly number[] {
  const component = adjacency.map(() => -1);
  const order = adjacency.map(() => -1);
  const low = adjacency.map(() => 0);
  const open: number[] = [];
  let count = 0;
  let components = 0;
  for (const start of adjacency.keys()) {
    if (order[start] !== -1) continue;
    const path: { readonly node: number; next: number }[] = [{ node: start, next: 0 }];
    while (path.length > 0) {
      const frame = path.at(-1)!;
      const { node } = frame;
      if (frame.next === 0) {
        order[node] = low[node] = count;
        count += 1;
        open.push(node);
      }
      const target = adjacency[node]![frame.next];
      frame.next += 1;
      if (target === undefined) {
        path.pop();
        const above = path.at(-1)?.node;
        if (above !== undefined) low[above] = Math.min(low[above]!, low[node]!);
        if (low[node] === order[node]) {
          for (let member = open.pop(); member !== undefined; member = open.pop()) {
            component[member] = components;
            if (member === node) break;
          }
          components += 1;
        }
      } else if (order[target] === -1) {
        path.push({ node: target, next: 0 });
      } else if (component[target] === -1) {
        low[node] = Math.min(low[node]!, order[target]!);
      }
    }
  }
  return component;
}
