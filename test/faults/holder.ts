import type { FaultGroup } from '../support/fault.ts';

export const holder: FaultGroup = {
  title: 'What holds a file system',
  file: 'holder',
  faults: [
    {
      name: 'the kernel itself holds a file of the root (a SCSI target exports it)',
      stack: 'pinned',
      report: {
        clean: false,
        closed: [],
        wiped: ['crypt0'],
        left: ['unmount /oldroot', 'remove-dm vg0-root', 'remove-dm crypt0'],
      },
      blocker: /unmount \/oldroot: held by the kernel itself: SCSI target pin \(\S*\/exported\)/,
      seen: 'old root not freed, 1 key wiped, 3 left, …',
      saved: 'all data',
      plaintextMayRemain: true,
    },
  ],
};
