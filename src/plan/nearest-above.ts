import type { MountNode } from './snapshot-index.ts';

/**
 * What a mount has itself, else what the nearest mount above it has. Each mount is asked once, so that
 * thousands of mounts in each other cost no more than side by side.
 */
export function nearestAbove<T>(own: (node: MountNode) => T | undefined) {
  const known = new Map<MountNode, T | undefined>();
  return (node: MountNode | undefined): T | undefined => {
    const way: MountNode[] = [];
    let found: T | undefined;
    for (let at = node; at !== undefined; at = at.parent) {
      if (known.has(at)) {
        found = known.get(at);
        break;
      }
      way.push(at);
      found = own(at);
      if (found !== undefined) break;
    }
    for (const passed of way) known.set(passed, found);
    return found;
  };
}
