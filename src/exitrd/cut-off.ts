/**
 * Whether what a device lies on is gone: a stick that was pulled, a disk that the kernel took offline.
 * Then nothing may be flushed to it or read from it, and every error of it is as it should be.
 */
import { existsSync, readdirSync } from 'node:fs';
import { readNow } from './read-now.ts';

/** States of include/scsi/scsi_device.h in which no command is taken any more. */
const deadStates = new Set(['cancel', 'deleted', 'offline']);
const deepest = 16;

/** @param device the kernel's name, `dm-0` or `sda1`. Looks into sysfs only, which waits for nothing. */
export function isCutOff(device: string, sysfs = '/sys', depth = 0): boolean {
  const place = `${sysfs}/class/block/${device}`;
  // The link to a member outlives the member.
  if (!existsSync(place)) return true;
  const disk = existsSync(`${place}/partition`) ? `${place}/..` : place;
  if (deadStates.has(readNow(`${disk}/device/state`)?.trim() ?? '')) return true;
  return depth < deepest && slavesOf(place).some((slave) => isCutOff(slave, sysfs, depth + 1));
}

function slavesOf(place: string): readonly string[] {
  try {
    return readdirSync(`${place}/slaves`);
  } catch {
    return [];
  }
}
