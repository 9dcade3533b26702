import type { FaultGroup } from '../support/fault.ts';

export const mount: FaultGroup = {
  title: 'Mounts',
  file: 'mount',
  faults: [
    {
      name: 'processes, namespaces and mounts of every kind hold the root and a volume: deleted files, a root of their own, a storage daemon, a namespace without a process, one that shares mounts, binds of binds, a hundred mounts in each other, mounts over mounts',
      stack: 'crowd',
      report: { clean: true, closed: ['crypt0'], left: [] },
      blocker: /held by sleep\[\d+\] \(cwd \/oldroot\/\S*\)/,
      seen: 'old root freed, 1 key wiped, 0 left, …',
      saved: 'cleanly',
    },
  ],
};
