import type { Feature } from './feature.ts';

export const base: Feature = {
  name: 'base',
  about: "file systems: mount and umount, the guard's shell, the fallback",
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
    {
      path: '/usr/lib/systemd/systemd-shutdown',
      candidates: ['/usr/lib/systemd/systemd-shutdown.standalone'],
      optional: true,
      package: 'systemd',
      // libsystemd-shared speaks for every program of systemd; this one takes mount tables apart.
      dlopenFeatures: ['mount'],
    },
  ],
};
