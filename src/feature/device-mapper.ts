import type { Binary } from './feature.ts';

/** Of every feature that stands on device-mapper. */
export const dmsetup: Binary = {
  path: '/usr/sbin/dmsetup',
  package: 'dmsetup',
  probe: ['help'],
};
