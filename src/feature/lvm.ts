import { dmsetup } from './device-mapper.ts';
import type { Feature } from './feature.ts';

export const lvm: Feature = {
  name: 'lvm',
  about: 'logical volumes',
  binaries: [{ path: '/usr/sbin/lvm', package: 'lvm2', probe: ['formats'] }, dmsetup],
};
