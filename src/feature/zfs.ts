import type { Feature } from './feature.ts';

/**
 * `zpool export` unmounts data sets, drops their keys, and lets go of the devices (zpool-export(8)).
 * `zpool version` would ask for the kernel's module.
 */
export const zfs: Feature = {
  name: 'zfs',
  about: 'ZFS pools',
  standard: false,
  binaries: [{ path: '/usr/sbin/zpool', package: 'zfsutils-linux', probe: ['--help'] }],
};
