import type { Feature } from './feature.ts';

export const md: Feature = {
  name: 'md',
  about: 'MD RAID, with external metadata too',
  binaries: [
    { path: '/usr/sbin/mdadm', package: 'mdadm', probe: ['--version'] },
    { path: '/usr/sbin/mdmon', package: 'mdadm' },
  ],
};
