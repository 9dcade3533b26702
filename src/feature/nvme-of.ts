import type { Feature } from './feature.ts';

/**
 * A controller goes by writing to its `delete_controller` in sysfs (drivers/nvme/host/sysfs.c), which
 * is all that `nvme disconnect` does (nvme_disconnect_ctrl() of libnvme).
 */
export const nvmeOverFabrics: Feature = {
  name: 'nvme-of',
  about: 'NVMe over fabrics: nothing but sysfs',
  standard: true,
  binaries: [],
};
