import type { FaultGroup } from '../support/fault.ts';

export const crypt: FaultGroup = {
  title: 'Kinds of encryption',
  file: 'crypt',
  faults: [
    {
      name: 'LUKS1, LUKS2 with integrity, with its header in a file, with a header that is gone, plain, BitLocker, VeraCrypt',
      stack: 'ciphers',
      report: { clean: true, left: [], wiped: [] },
      seen: 'old root freed, 10 keys wiped, 0 left, …',
      saved: 'cleanly',
      keys: 11,
    },
  ],
};
