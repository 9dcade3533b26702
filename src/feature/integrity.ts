import { dmsetup } from './device-mapper.ts';
import type { Feature } from './feature.ts';

/**
 * Removal is all that `integritysetup close` does (crypt_deactivate_by_name() in its lib/setup.c); the
 * kernel writes the journal back before (dm_integrity_postsuspend() in drivers/md/dm-integrity.c).
 */
export const integrity: Feature = {
  name: 'integrity',
  about: 'dm-integrity, alone or below LUKS',
  standard: true,
  binaries: [dmsetup],
};
