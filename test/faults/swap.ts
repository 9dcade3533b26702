import type { FaultGroup } from '../support/fault.ts';

export const swap: FaultGroup = {
  title: 'Swap',
  file: 'swap',
  faults: [
    {
      name: 'more in swap than there is memory: on LUKS, on a plain volume, in a file, and compressed in memory',
      stack: 'swap',
      memoryMib: 640,
      report: { clean: true, left: [], wiped: [], closed: ['crypt0'] },
      seen: 'old root freed, 1 key wiped, 0 left, …',
      saved: 'cleanly',
    },
  ],
};
