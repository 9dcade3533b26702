import type { FaultGroup } from '../support/fault.ts';

export const crypt: FaultGroup = {
  title: 'Kinds of encryption',
  file: 'crypt',
  faults: [
    {
      name: 'LUKS1, LUKS2 with integrity, with its header in a file, with a header that is gone, plain, BitLocker, VeraCrypt; dm-integrity with a key',
      stack: 'ciphers',
      report: { clean: true, left: [], wiped: [] },
      seen: 'old root freed, 11 keys wiped, 0 left, …',
      saved: 'cleanly',
      keys: 12,
    },
    {
      name: 'each of these, and the kernel itself holds a file on it',
      stack: 'ciphers-pinned',
      report: { clean: false },
      blocker: /unmount \/oldroot: held by the kernel itself: SCSI target pin-tags \(/,
      seen: 'old root not freed, 11 keys wiped, … left, …',
      saved: 'all data',
      plaintextMayRemain: true,
      keys: 12,
    },
    {
      name: 'in the middle of `cryptsetup reencrypt`, whose process is not dead',
      stack: 'reencrypt',
      report: { clean: true, closed: ['crypt0'], left: [] },
      seen: 'old root freed, 1 key wiped, 0 left, …',
      saved: 'cleanly',
      keys: 2,
    },
    {
      name: '`cryptsetup reencrypt` was killed while it rewrote a part that the root lies on',
      stack: 'reencrypt-killed',
      report: { clean: false, left: [] },
      blocker: /crypt0: who reencrypted it was killed in the middle/,
      seen: 'old root freed, 1 key wiped, 0 left, …',
      saved: 'all data',
      keys: 2,
    },
    {
      name: 'the same, and the executable does not start',
      stack: 'reencrypt-killed',
      damage: { without: ['usr/lib/x86_64-linux-gnu/libstdc++.so.6'] },
      report: undefined,
      seen: 'the executable is gone or silent: the guard goes on without it',
      saved: 'all data',
      keys: 2,
    },
  ],
};
