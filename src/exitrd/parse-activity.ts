/**
 * One number that changes whenever a disk answers a request, or the kernel writes back a page or reads one from swap.
 * Devices of device-mapper are left out: theirs are requests of disks too, or answered by an error table.
 *
 * @param diskstats /proc/diskstats (Documentation/admin-guide/iostats.rst).
 * @param vmstat /proc/vmstat.
 */
export function parseActivity(diskstats = '', vmstat = ''): number {
  let sum = 0;
  for (const line of diskstats.split('\n')) {
    const [, , name = '', ...counts] = line.trim().split(/ +/);
    if (name.startsWith('dm-')) continue;
    for (const field of completed) sum += Number(counts[field] ?? 0);
  }
  for (const [, count] of vmstat.matchAll(/^(?:nr_written|pswpin) (\d+)$/gm)) sum += Number(count);
  return sum;
}

/** Reads, writes, discards and flushes, counted from the first field after the name. */
const completed = [0, 4, 11, 15];
