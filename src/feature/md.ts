import type { Feature } from './feature.ts';

/** mdmon writes the metadata of an array whose format the kernel does not know (mdmon(8)). */
export const md: Feature = {
  name: 'md',
  about: 'MD RAID, with external metadata too',
  standard: true,
  binaries: [
    { path: '/usr/sbin/mdadm', package: 'mdadm', probe: ['--version'] },
    { path: '/usr/sbin/mdmon', package: 'mdadm' },
  ],
};
