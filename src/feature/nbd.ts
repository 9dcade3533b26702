import type { Feature } from './feature.ts';

/** nbd-client(8) disconnects by an ioctl, for which no file of sysfs stands in. */
export const nbd: Feature = {
  name: 'nbd',
  about: 'network block devices',
  standard: false,
  binaries: [{ path: '/usr/sbin/nbd-client', package: 'nbd-client', probe: ['--version'] }],
};
