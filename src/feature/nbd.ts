import type { Feature } from './feature.ts';

/**
 * The executable disconnects a device by the ioctls that nbd-client(8) uses for it, which the kernel
 * obeys however the device was set up (nbd_ioctl() in drivers/block/nbd.c). The program itself would
 * bring GnuTLS along.
 */
export const nbd: Feature = {
  name: 'nbd',
  about: 'network block devices: nothing but a system call',
  standard: true,
  binaries: [],
};
