import type { FaultGroup } from '../support/fault.ts';

const endless = 'exec /guard/busybox yes "nothing that was asked for"';

export const tool: FaultGroup = {
  title: 'Tools and clock',
  file: 'tool',
  faults: [
    {
      name: 'umount reports success and does nothing; dmsetup fails although it did its work, prints noise, and leaves a process at its pipe; cryptsetup never ends; the clock jumps by decades',
      stack: 'clock',
      damage: {
        tools: {
          'usr/bin/umount': 'exit 0',
          'usr/sbin/dmsetup': `/guard/busybox sleep 1000 &
/guard/busybox head -c 300000 /dev/urandom >&2
/usr/sbin/dmsetup.true "$@"
exit 1`,
          'usr/sbin/cryptsetup': '/guard/busybox sleep 1000',
        },
      },
      report: { clean: true, closed: ['crypt0'], left: [] },
      blocker: /unmount \/oldroot: held by busybox\[\d+\] \(/,
      seen: 'old root freed, 1 key wiped, 0 left, …',
      saved: 'cleanly',
    },
    {
      name: 'neither dmsetup nor cryptsetup nor umount is there',
      stack: 'A',
      damage: { without: ['usr/sbin/dmsetup', 'usr/sbin/cryptsetup', 'usr/bin/umount'] },
      report: { clean: true, closed: ['crypt0'], left: [] },
      seen: 'old root freed, 1 key wiped, 0 left, …',
      saved: 'cleanly',
    },
    {
      name: 'dmsetup, cryptsetup and umount never stop talking',
      stack: 'A',
      damage: {
        tools: {
          'usr/bin/umount': endless,
          'usr/sbin/dmsetup': endless,
          'usr/sbin/cryptsetup': endless,
        },
      },
      report: { clean: true, closed: ['crypt0'], left: [] },
      seen: 'old root freed, 1 key wiped, 0 left, …',
      saved: 'cleanly',
    },
    {
      name: 'dmsetup and cryptsetup report success and do nothing, below a root that the kernel itself holds',
      stack: 'pinned',
      damage: { tools: { 'usr/sbin/dmsetup': 'exit 0', 'usr/sbin/cryptsetup': 'exit 0' } },
      report: { clean: false, wiped: ['crypt0'] },
      blocker: /held by the kernel itself: SCSI target pin/,
      seen: 'old root not freed, 1 key wiped, 3 left, …',
      saved: 'all data',
      plaintextMayRemain: true,
    },
  ],
};
