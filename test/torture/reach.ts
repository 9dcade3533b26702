/** What lies on what, directly or not. Pure. */
import { mountKinds, type Layer } from './drawn-machine.ts';

/** Whether a device or mount lies on, or is, another. */
export function liesOn(layers: readonly Layer[], upper: string, lower: string): boolean {
  if (upper === lower) return true;
  const layer = layers.find(({ makes }) => makes.includes(upper));
  return layer !== undefined && layer.on.some((id) => liesOn(layers, id, lower));
}

/** How many devices lie on each other up to and with this one, files and what they lie on counted in; a disk is none. */
export function depthOf(layers: readonly Layer[], id: string): number {
  const layer = layers.find(({ makes }) => makes.includes(id));
  if (layer === undefined || layer.kind === 'disk') return 0;
  const isDevice = !mountKinds.includes(layer.kind);
  return (isDevice ? 1 : 0) + Math.max(0, ...layer.on.map((lower) => depthOf(layers, lower)));
}
