import type { FaultGroup } from '../support/fault.ts';

export const disk: FaultGroup = {
  title: 'Disks and devices that fail',
  file: 'disk',
  faults: [
    {
      name: 'a volume below a mount answers no more, above LUKS',
      stack: 'frozen',
      report: { clean: false, wiped: ['crypt0'], left: ['remove-dm vg0-data', 'remove-dm crypt0'] },
      seen: 'old root not freed, 1 key wiped, 2 left, …',
      saved: 'cleanly',
    },
  ],
};
