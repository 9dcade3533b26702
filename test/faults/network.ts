import type { FaultGroup } from '../support/fault.ts';

export const network: FaultGroup = {
  title: 'Servers that are gone',
  file: 'network',
  faults: [
    {
      name: 'disks whose server was stopped, is dead, or is behind a network that is gone, over nbd, iSCSI and NVMe/TCP; on each LUKS and a file system with unwritten data',
      stack: 'far',
      verb: 'reboot',
      report: {
        clean: false,
        closed: [
          'crypt0',
          'crypt-stopped',
          'crypt-dead',
          'crypt-gone',
          'crypt-iscsi',
          'crypt-nvme',
        ],
        wiped: [],
        left: [],
        lost: ['nbd1', 'nbd2', 'sda', 'nvme0n1'].map(
          (disk) => `${disk}: its server does not answer`,
        ),
      },
      blocker: /\bsda: its server does not answer; what was still to be written to it is lost/,
      seen: 'old root freed, 6 keys wiped, 0 left, …',
      saved: 'cleanly',
      lost: ['dead', 'gone', 'iscsi', 'nvme'],
      keys: 6,
    },
    {
      name: 'file systems by FUSE whose server was stopped, is frozen, is dead, and one over NFS whose server is dead; on a file of each a loop device, LUKS and another file system',
      stack: 'served',
      report: {
        clean: false,
        closed: ['crypt0', 'crypt-stopped', 'crypt-frozen', 'crypt-killed', 'crypt-nfs'],
        wiped: [],
        left: [],
        lost: [
          '/oldroot/frozen: its server does not answer',
          '/oldroot/nfs: its server does not answer',
        ],
      },
      blocker: /unmount \/oldroot: held by fuse2fs\[\d+\] \(fd \d+ \/oldroot\/frozen.image\)/,
      seen: 'old root freed, 5 keys wiped, 0 left, …',
      saved: 'cleanly',
      lost: ['frozen', 'killed', 'nfs'],
      keys: 5,
    },
    {
      name: 'the same file systems from servers, and the executable does not start',
      stack: 'served',
      damage: { without: ['usr/lib/x86_64-linux-gnu/libstdc++.so.6'] },
      report: undefined,
      seen: 'the executable is gone or silent: the guard goes on without it',
      saved: 'all data',
      lost: ['frozen', 'killed', 'nfs'],
      keys: 5,
    },
  ],
};
