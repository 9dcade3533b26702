import { dmsetup } from './device-mapper.ts';
import type { Feature } from './feature.ts';

export const crypt: Feature = {
  name: 'crypt',
  about: 'dm-crypt of every kind: LUKS, plain, BitLocker, TCRYPT',
  binaries: [
    { path: '/usr/sbin/cryptsetup', package: 'cryptsetup-bin', probe: ['--version'] },
    dmsetup,
  ],
};
