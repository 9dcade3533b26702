/**
 * What the kernel told of its last running out of memory: how many pages were free even then. Pure.
 * Source: show_free_areas() of mm/show_mem.c, __oom_kill_process() of mm/oom_kill.c.
 */

/**
 * Pages that nobody could have. Undefined where the log has no report of its own for the last process
 * killed.
 */
export function parseOutOfMemory(log: string): number | undefined {
  const kills = [...log.matchAll(/Out of memory: Killed process \d+ /g)];
  const last = kills.at(-1);
  if (last === undefined) return undefined;
  // The report stands before the kill; one from before an earlier kill is not this one's.
  const report = log.slice(kills.at(-2)?.index ?? 0, last.index);
  const start = report.lastIndexOf('Mem-Info:');
  const counts = /\bfree:(?<free>\d+) free_pcp:(?<cached>\d+)/.exec(report.slice(start));
  if (start < 0 || counts === null) return undefined;
  return Number(counts.groups?.['free']) + Number(counts.groups?.['cached']);
}
