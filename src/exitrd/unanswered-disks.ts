/** Devices that owe an answer at this moment, by the kernel's names. Looks into sysfs only, which waits for nothing. */
import { readdirSync } from 'node:fs';
import { readNow } from './read-now.ts';

export function unansweredDisks(sysfs = '/sys'): readonly string[] {
  return blockDevices(sysfs).filter((name) => {
    // Reads and writes (Documentation/ABI/stable/sysfs-block).
    const counts = readNow(`${sysfs}/block/${name}/inflight`)?.trim().split(/ +/) ?? [];
    return counts.some((count) => Number(count) > 0);
  });
}

function blockDevices(sysfs: string): readonly string[] {
  try {
    return readdirSync(`${sysfs}/block`).toSorted();
  } catch {
    return [];
  }
}
