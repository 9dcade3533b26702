import { dmsetup } from './device-mapper.ts';
import type { Feature } from './feature.ts';

/** What no other tool knows: partitions made by kpartx, devices made by dmsetup itself. */
export const deviceMapper: Feature = {
  name: 'dm',
  about: 'devices of device-mapper that no other feature is for',
  standard: true,
  binaries: [dmsetup],
};
