/** The parts of a stretch of memory that are not all zero, as byte ranges in units of pages. */
export function findRuns(memory: Buffer): [from: number, to: number][] {
  const runs: [number, number][] = [];
  for (let from = 0; from < memory.length; from += pageSize) {
    const to = Math.min(from + pageSize, memory.length);
    if (memory.compare(zeroPage, 0, to - from, from, to) === 0) continue;
    const last = runs.at(-1);
    if (last?.[1] === from) last[1] = to;
    else runs.push([from, to]);
  }
  return runs;
}

const pageSize = 4096;
const zeroPage = Buffer.alloc(pageSize);
