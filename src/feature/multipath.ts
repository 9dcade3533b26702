import { dmsetup } from './device-mapper.ts';
import type { Feature } from './feature.ts';

/**
 * A message of device-mapper ends the queueing, and removal flushes. `multipath -f` does the same, but
 * looks at all paths before, which may be dead, and asks a daemon that is gone.
 */
export const multipath: Feature = {
  name: 'multipath',
  about: 'dm-multipath and its partitions',
  standard: true,
  binaries: [dmsetup],
};
