import type { Feature } from './feature.ts';

/** Stopped by writing to sysfs (Documentation/admin-guide/bcache.rst), which needs no program. */
export const bcache: Feature = {
  name: 'bcache',
  about: 'bcache: nothing but sysfs',
  standard: true,
  binaries: [],
};
