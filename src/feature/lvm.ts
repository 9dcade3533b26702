import { dmsetup } from './device-mapper.ts';
import type { Feature } from './feature.ts';

/**
 * Of every kind. lvm runs thin_check, cache_check and their like after deactivation too (lvm.conf(5)),
 * only to tell what the next activation will find by itself: the settings that go into every image
 * switch them off, so none is packed. vdo is deactivated by the kernel, its tools only make volumes.
 */
export const lvm: Feature = {
  name: 'lvm',
  about: 'logical volumes: linear, RAID, snapshot, thin, cache, VDO',
  standard: true,
  binaries: [{ path: '/usr/sbin/lvm', package: 'lvm2', probe: ['formats'] }, dmsetup],
};
