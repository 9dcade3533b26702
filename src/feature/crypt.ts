import { dmsetup } from './device-mapper.ts';
import type { Feature } from './feature.ts';

/** cryptsetup is the second way but for self-encrypting drives, whose range only it can lock. */
export const crypt: Feature = {
  name: 'crypt',
  about: 'dm-crypt of every kind: LUKS, plain, BitLocker, TCRYPT',
  standard: true,
  binaries: [
    { path: '/usr/sbin/cryptsetup', package: 'cryptsetup-bin', probe: ['--version'] },
    dmsetup,
  ],
};
