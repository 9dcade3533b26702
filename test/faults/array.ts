import type { FaultGroup } from '../support/fault.ts';

export const array: FaultGroup = {
  title: 'Arrays, pools and caches',
  file: 'array',
  faults: [
    {
      name: 'one disk of a RAID1 is unplugged on the way down',
      stack: 'array-pair',
      meanwhile: async ({ monitor }) => {
        await monitor.execute('device_del', { id: 'D2' });
      },
      report: { clean: true, closed: ['crypt0'], left: [] },
      blocker: /md0: Disk failure on vdb/,
      seen: 'old root freed, 1 key wiped, 0 left, …',
      saved: 'cleanly',
    },
    {
      name: 'both disks of a RAID1 are unplugged on the way down',
      stack: 'array-pair',
      meanwhile: async ({ monitor }) => {
        await monitor.execute('device_del', { id: 'D2' });
        await monitor.execute('device_del', { id: 'D1' });
      },
      report: { closed: ['crypt0'], left: [] },
      blocker: /attempt to access beyond end of device/,
      seen: 'old root freed, 1 key wiped, 0 left, …',
      saved: 'nothing',
    },
    {
      name: 'arrays that resync, lack a disk, are read-only, are so until the first write, or cannot run',
      stack: 'arrays',
      report: { clean: true, closed: ['crypt0', 'crypt1'], left: [] },
      blocker:
        /md1: \w+ 0 resync[^]*md2: \w+ 1 [^]*md3: readonly[^]*md4: read-auto[^]*md5: inactive[^]*md1: resync interrupted/,
      keys: 2,
      seen: 'old root freed, 2 keys wiped, 0 left, …',
      saved: 'cleanly',
    },
    {
      name: 'the monitor of an array with external metadata is stopped',
      stack: 'external-stopped',
      report: { clean: true, closed: ['crypt0'], left: [] },
      blocker: /continue mdmon\[\d+\], which was stopped/,
      seen: 'old root freed, 1 key wiped, 0 left, …',
      saved: 'cleanly',
    },
    {
      name: 'the monitor of an array with external metadata is dead',
      stack: 'external-killed',
      report: { clean: true, closed: ['crypt0'], left: [] },
      seen: 'old root freed, 1 key wiped, 0 left, …',
      saved: 'cleanly',
    },
    {
      name: 'beside the root, below LUKS: multipath devices that keep what they are given until they have a path again',
      stack: 'multipath',
      report: { clean: false, closed: ['crypt0', 'crypt1', 'crypt2'], wiped: [], left: [] },
      blocker:
        /back: a path works again[^]*dead: no path works; what was still to be written to it is lost/,
      seen: 'old root freed, 3 keys wiped, 0 left, …',
      saved: 'cleanly',
      keys: 3,
    },
    {
      name: 'a thin pool that is full, one whose metadata is, caches that hold what was not written back, a snapshot that overflowed',
      stack: 'pools',
      report: { closed: ['crypt0'], wiped: [], left: [] },
      blocker: /vg1-pool-tpool: the thin pool is full; what was still to be written to it is lost/,
      seen: 'old root freed, 1 key wiped, 0 left, …',
      saved: 'cleanly',
      lost: ['thin'],
    },
  ],
};
