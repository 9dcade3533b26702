import type { Feature } from './feature.ts';

/**
 * Unmounting is all, on several devices too: the kernel pauses a balance and closes every device
 * (close_ctree() in fs/btrfs/disk-io.c).
 */
export const btrfs: Feature = {
  name: 'btrfs',
  about: 'Btrfs, also on several devices: nothing but umount',
  standard: true,
  binaries: [],
};
