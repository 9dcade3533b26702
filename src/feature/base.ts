import type { Feature } from './feature.ts';

export const base: Feature = {
  name: 'base',
  about: "file systems: mount and umount, the guard's shell",
  standard: true,
  binaries: [
    {
      path: '/guard/busybox',
      candidates: ['/usr/bin/busybox-static', '/usr/lib/busybox/busybox'],
      standalone: true,
      package: 'busybox-static',
      probe: ['true'],
    },
    { path: '/usr/bin/mount', package: 'mount', probe: ['--version'] },
    { path: '/usr/bin/umount', package: 'mount', probe: ['--version'] },
  ],
};
