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
  if (depth >= deepest) return false;
  const gone = slavesOf(place).map((slave) => isCutOff(slave, sysfs, depth + 1));
  return gone.length > 0 && (worksWithout(place) ? !gone.includes(false) : gone.includes(true));
}

/** Whether some of what it is made of may be gone: of an array with redundancy, of several paths to one disk. */
function worksWithout(place: string): boolean {
  const level = readNow(`${place}/md/level`)?.trim() ?? '';
  if (/^raid(?:1|4|5|6|10)$/.test(level)) return true;
  return readNow(`${place}/dm/uuid`)?.startsWith('mpath-') === true;
}

function slavesOf(place: string): readonly string[] {
  try {
    return readdirSync(`${place}/slaves`);
  } catch {
    return [];
  }
}
