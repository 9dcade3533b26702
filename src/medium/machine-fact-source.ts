import type { FactSource } from '../snapshot/fact-source.ts';
import { localFactSource } from '../snapshot/local-fact-source.ts';

/**
 * The facts as PID 1 sees them: from within a chroot, as the watcher of the medium asks, one's own
 * mountinfo shows nothing of the machine's root. Only root may read PID 1's.
 */
export const machineFactSource: FactSource = {
  ...localFactSource,
  read: async (path) => {
    if (path !== '/proc/self/mountinfo') return localFactSource.read(path);
    return localFactSource.read('/proc/1/mountinfo').catch(() => localFactSource.read(path));
  },
};
