import type { BlockDevice, Snapshot } from '../snapshot/snapshot.ts';
import { classifyDevice } from '../plan/classify-device.ts';

/**
 * Names of the device-mapper devices that a device lies on, the highest first, so that what lies lower and works still
 * takes what a higher one lets go of; without crypt devices, whose tables are replaced with their keys. Pure.
 */
export function layersBelow({ devices }: Snapshot, device: string): readonly string[] {
  const byName = new Map(devices.map((other) => [other.name, other]));
  const below = new Set<BlockDevice>();
  const way = new Set<string>();
  const visit = (name: string) => {
    const found = byName.get(name);
    if (found === undefined || way.has(name)) return;
    way.add(name);
    for (const next of [...found.slaves, found.partitionOf ?? '']) visit(next);
    below.add(found);
  };
  visit(device);
  return [...below]
    .toReversed()
    .flatMap((layer) =>
      layer.dm !== undefined &&
      layer.name !== device &&
      classifyDevice(layer)?.kind !== 'close-crypt'
        ? [layer.dm.name]
        : [],
    );
}
