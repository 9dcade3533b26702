import type { Feature } from './feature.ts';

/** The other kernel was loaded before the shutdown began; reboot(2) starts it. */
export const kexec: Feature = {
  name: 'kexec',
  about: 'start of a kernel that is loaded: nothing but a system call',
  standard: true,
  binaries: [],
};
