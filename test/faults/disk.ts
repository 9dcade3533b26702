import type { FaultGroup } from '../support/fault.ts';

export const disk: FaultGroup = {
  title: 'Disks and devices that fail',
  file: 'disk',
  faults: [
    {
      name: 'a volume below a mount answers no more, above LUKS',
      stack: 'frozen',
      // Whether its mount is left too depends on what the kernel was writing when it was asked to thaw.
      report: { clean: false, closed: [], wiped: ['crypt0'] },
      seen: 'old root not freed, 1 key wiped, … left, …',
      saved: 'cleanly',
    },
    {
      name: 'neither disk answers any more, below LUKS; on each a process waits that cannot be killed',
      stack: 'silent',
      verb: 'reboot',
      report: { clean: false, closed: ['crypt0', 'crypt1'], wiped: [], left: [] },
      blocker: /busybox sync \/oldroot: no end within .* s, no answer from dm-/,
      seen: 'old root freed, 2 keys wiped, 0 left, …',
      saved: 'all data',
      keys: 2,
    },
    {
      name: 'beside the root, below LUKS: a disk that fails everything, one that fails for an hour, one that answers after an hour',
      stack: 'dead-disks',
      report: {
        clean: false,
        closed: ['crypt0', 'crypt-failing', 'crypt-flaky', 'crypt-silent'],
        wiped: [],
        left: [],
      },
      blocker: /(?:umount|busybox sync)(?: \S+)?: no end within .* s, no answer from dm-/,
      seen: 'old root freed, 4 keys wiped, 0 left, …',
      saved: 'cleanly',
      keys: 4,
    },
    {
      name: 'a volume left suspended and a file system left frozen, a process waiting for each',
      stack: 'suspended',
      configuration: '[console]\noutput = "verbose"\n',
      report: { clean: true, closed: ['crypt0'] },
      blocker: /thaw \/oldroot\/frozen, which was frozen/,
      seen: 'old root freed, 1 key wiped, 0 left, …',
      saved: 'cleanly',
    },
    {
      name: 'beside the root, below LUKS: a volume each write to which takes two seconds, and a disk that a process holds',
      stack: 'slow-branch',
      report: { clean: true, closed: ['crypt0', 'crypt1'], wiped: [], left: [] },
      // In this order: what is stuck and what it needs do not wait for what is slow. Whether the slow one is begun in
      // the round that frees the other, or before it, depends on the machine.
      blocker:
        /unmount \/oldroot\/held: held by .* killed$.*close-crypt crypt1$.*unmount \/oldroot\/slow(?:, begun before)?$.*close-crypt crypt0$/ms,
      seen: 'old root freed, 2 keys wiped, 0 left, …',
      saved: 'cleanly',
      keys: 2,
    },
    {
      name: 'a disk below LUKS is pulled while it is unmounted',
      stack: 'unplugged',
      meanwhile: async ({ monitor }) => {
        const gone = monitor.waitForEvent('DEVICE_DELETED', 60);
        await monitor.execute('device_del', { id: 'D2' });
        await gone;
      },
      report: { closed: ['crypt0', 'crypt1'], wiped: [], left: [] },
      seen: 'old root freed, 2 keys wiped, 0 left, …',
      saved: 'cleanly',
      keys: 2,
    },
    {
      name: 'the kernel itself holds a file of the root; last resorts allowed',
      stack: 'pinned',
      configuration: '[last-resort]\nlazy-unmount = true\nerror-table = true\n',
      report: { clean: false, closed: ['crypt0'], wiped: [], left: ['remove-dm vg0-root'] },
      blocker: /unmount \/oldroot: forced/,
      seen: 'old root not freed, 1 key wiped, 1 left, …',
      saved: 'all data',
      plaintextMayRemain: true,
    },
  ],
};
