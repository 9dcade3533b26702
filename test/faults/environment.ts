import type { FaultGroup } from '../support/fault.ts';

const freed = { clean: true, closed: ['crypt0'] };

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
  ],
};
