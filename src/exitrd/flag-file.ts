/** Reads a flag file, of which nothing is known but its name. */
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';

const longestText = 4096;
/** Neither waits for who writes to a FIFO nor follows a link out of memory to a disk that is gone. */
const flags = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW;

/** Its text, or the beginning of it; undefined where there is no regular file of that name. */
export function readFlagFile(path: string): string | undefined {
  let file: number | undefined;
  try {
    file = openSync(path, flags);
    if (!fstatSync(file).isFile()) return undefined;
    const bytes = Buffer.alloc(longestText);
    return bytes.toString('utf8', 0, readSync(file, bytes));
  } catch {
    return undefined;
  } finally {
    if (file !== undefined) closeSync(file);
  }
}
