import type { Feature } from './feature.ts';

/**
 * A session ends by a word of iscsiadm(8) to iscsid, which takes over what it finds in sysfs when the
 * node database is not there (sync_session() in its usr/iscsid.c). The database, iscsid.conf and
 * initiatorname.iscsi are never packed: passwords lie there.
 */
export const iscsi: Feature = {
  name: 'iscsi',
  about: 'iSCSI by open-iscsi',
  standard: false,
  binaries: [
    { path: '/usr/sbin/iscsiadm', package: 'open-iscsi', probe: ['--version'] },
    { path: '/usr/sbin/iscsid', package: 'open-iscsi', probe: ['--version'] },
  ],
};
