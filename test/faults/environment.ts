import type { FaultGroup } from '../support/fault.ts';

const freed = { clean: true, closed: ['crypt0'] };

/** Files in a file system in memory, until 8 MiB are left. */
const fillMemory = (directory: string) => `/guard/busybox mount -o remount,size=100% ${directory}
number=0
available=65536
while [ "$available" -gt 8192 ]; do
  number=$((number + 1))
  /guard/busybox dd if=/dev/zero of=${directory}/$number bs=256k count=4
  while read -r key value _; do [ "$key" != MemAvailable: ] || available=$value; done </proc/meminfo
done 2>/dev/null
echo "<5>filled: $available KiB are left" >/dev/kmsg`;

export const environment: FaultGroup = {
  title: 'A bare machine',
  file: 'environment',
  faults: [
    {
      name: 'neither /proc nor /sys nor /dev, and no standard stream is open',
      stack: 'A',
      damage: {
        beforeGuard: `/guard/busybox umount -l /dev /sys
/guard/busybox umount -l /proc
exec 0<&- 1>&- 2>&-`,
      },
      report: freed,
      seen: 'there was no /dev',
      saved: 'cleanly',
    },
    {
      name: 'the root of the exitrd and /run are full, and the first is read-only',
      stack: 'A',
      damage: {
        beforeGuard: `for file in /run/full /full; do
  /guard/busybox dd if=/dev/zero of=$file bs=1M
done 2>/dev/null
/guard/busybox mount -o remount,ro /`,
      },
      report: freed,
      seen: 'old root freed, 1 key wiped, 0 left, …',
      saved: 'cleanly',
    },
    {
      name: 'a file system in memory, below the root, leaves 8 MiB of it',
      stack: 'memory-file-system',
      damage: { beforeGuard: fillMemory('/oldroot/memory') },
      report: freed,
      seen: 'KiB of memory are left: emptying /run and /tmp',
      saved: 'cleanly',
    },
  ],
};
