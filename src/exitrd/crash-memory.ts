/** The memory reserved for a crash kernel. Pure. */
import type { MemoryRange } from '../kernel/kexec.ts';

/** From /proc/iomem, where its numbers are shown, which they are to root: `2b000000-32ffffff : Crash kernel`. */
export function parseCrashRanges(text: string): readonly MemoryRange[] {
  return [...text.matchAll(/^ *([0-9a-f]+)-([0-9a-f]+) : Crash kernel$/gm)]
    .map(([, first = '', last = '']) => ({
      start: Number.parseInt(first, 16),
      end: Number.parseInt(last, 16) + 1,
    }))
    .filter(({ start, end }) => start > 0 && end > start);
}

const pageSize = 65_536;
const pieces = 4;

/** All of it, in parts of equal size but for the last. */
export function piecesOf({ start, end }: MemoryRange): readonly MemoryRange[] {
  const length = Math.max(pageSize, Math.ceil((end - start) / pieces / pageSize) * pageSize);
  const found: MemoryRange[] = [];
  for (let from = start; from < end; from += length) {
    found.push({ start: from, end: Math.min(end, from + length) });
  }
  return found;
}
