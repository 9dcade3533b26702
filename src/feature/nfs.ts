import type { Feature } from './feature.ts';

/**
 * umount(2) is all, forced where the server is gone. umount.nfs would tell a server of NFS 3 besides,
 * which forgets by itself (umount.nfs(8)), and waits for it.
 */
export const nfs: Feature = {
  name: 'nfs',
  about: 'NFS: nothing but umount',
  standard: true,
  binaries: [],
};
