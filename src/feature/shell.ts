import type { Feature } from './feature.ts';

/** The guard's busybox is a shell with commands of its own already; these show a stack better. */
export const shell: Feature = {
  name: 'shell',
  about: 'for a person at the debugging shell: lsblk, findmnt, and fuser and strace where they are',
  standard: false,
  binaries: [
    { path: '/usr/bin/lsblk', package: 'util-linux', probe: ['--version'] },
    { path: '/usr/bin/findmnt', package: 'util-linux', probe: ['--version'] },
    { path: '/usr/bin/fuser', optional: true, package: 'psmisc', probe: ['--version'] },
    { path: '/usr/bin/strace', optional: true, package: 'strace', probe: ['--version'] },
  ],
};
