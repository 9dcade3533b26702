import type { FaultGroup } from '../support/fault.ts';

export const network: FaultGroup = {
  title: 'Servers that are gone',
  file: 'network',
  faults: [
    {
      name: 'file systems by FUSE whose server was stopped, is frozen, is dead; on a file of each a loop device, LUKS and another file system',
      stack: 'fuse',
      report: {
        clean: false,
        closed: ['crypt0', 'crypt-stopped', 'crypt-frozen', 'crypt-killed'],
        left: [],
        lost: ['/oldroot/frozen: its server does not answer'],
      },
      blocker: /unmount \/oldroot: held by fuse2fs\[\d+\] \(fd \d+ \/oldroot\/frozen.image\)/,
      seen: 'old root freed, 4 keys wiped, 0 left, …',
      saved: 'cleanly',
      keys: 4,
    },
  ],
};
