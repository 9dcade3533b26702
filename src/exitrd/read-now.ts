import { readFileSync } from 'node:fs';

/**
 * The text of a file in procfs, sysfs or a tmpfs, undefined when it cannot be read. Synchronous, since
 * these never wait for a disk, and a read by the thread pool would start its threads first.
 */
export function readNow(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
