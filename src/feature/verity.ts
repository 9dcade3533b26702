import { dmsetup } from './device-mapper.ts';
import type { Feature } from './feature.ts';

/** Read-only, so that removal is all: nothing is to be written (dm-verity in the kernel's manual). */
export const verity: Feature = {
  name: 'verity',
  about: 'dm-verity',
  standard: true,
  binaries: [dmsetup],
};
