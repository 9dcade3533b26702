/**
 * What outlives the power-off: the report of a shutdown, and where there is room what was said on the way to
 * it. Written by the exitrd, read by `shutdownramfs status --last` after the next boot. Pure.
 */
export const recordVersion = 1;

export interface ShutdownRecord {
  readonly version: typeof recordVersion;
  /** Of the boot that ended: /proc/sys/kernel/random/boot_id; empty where that could not be read. */
  readonly boot: string;
  /** When it ended, in UTC and whole seconds: `2026-01-31T23:59:59Z`. Only as right as the clock was. */
  readonly time: string;
  /** The line for a person. */
  readonly summary: string;
  /** As in the kernel log: see shutdownramfs(8). */
  readonly report: object;
  /** What the exitrd said, the oldest first; cut at the beginning where there was no room for all. */
  readonly lines?: readonly string[];
}

/** JSON of at most so many bytes as far as only lines have to go for that; it ends in a newline. */
export function recordText(record: ShutdownRecord, bytes: number): string {
  const { lines = [], ...rest } = record;
  const bare = text(rest);
  // The first has no comma before it.
  let left = bytes - Buffer.byteLength(bare) - ',"lines":[]'.length + 1;
  let first = lines.length;
  while (first > 0) {
    left -= Buffer.byteLength(JSON.stringify(lines[first - 1])) + 1;
    if (left < 0) break;
    first -= 1;
  }
  const kept = lines.slice(first);
  return kept.length === 0 ? bare : text({ ...rest, lines: kept });
}

function text(value: object): string {
  return `${JSON.stringify(value)}\n`;
}
