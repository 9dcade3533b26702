import { decodeOctal } from './parse-mountinfo.ts';
import type { SwapArea } from './snapshot.ts';

export interface ParsedSwaps {
  readonly swaps: readonly SwapArea[];
  /** Lines that are no swap area; they are left out. */
  readonly garbledLines: number;
}

/**
 * Reads the text of /proc/swaps (mm/swapfile.c, swap_show): a heading, then one line an area. A
 * space in a path is escaped, except in the ` (deleted)` the kernel puts behind it.
 */
export function parseSwaps(text: string): ParsedSwaps {
  const swaps: SwapArea[] = [];
  let garbledLines = 0;
  for (const line of text.split('\n')) {
    if (line === '' || line.startsWith('Filename')) continue;
    const fields = /^(.+?)\s+(partition|file)\s+(\d+)\s+(\d+)\s+(-?\d+)\s*$/.exec(line);
    if (fields === null) {
      garbledLines += 1;
      continue;
    }
    const [, path = '', kind, size, used, priority] = fields;
    swaps.push({
      path: decodeOctal(path),
      kind: kind === 'file' ? 'file' : 'partition',
      sizeKib: Number(size),
      usedKib: Number(used),
      priority: Number(priority),
    });
  }
  return { swaps, garbledLines };
}
