/** Every feature there is, in the order in which an image collects them. */
import { base } from './base.ts';
import { bcache } from './bcache.ts';
import { btrfs } from './btrfs.ts';
import { crypt } from './crypt.ts';
import { deviceMapper } from './dm.ts';
import type { Feature } from './feature.ts';
import { integrity } from './integrity.ts';
import { iscsi } from './iscsi.ts';
import { kexec } from './kexec.ts';
import { lvm } from './lvm.ts';
import { md } from './md.ts';
import { multipath } from './multipath.ts';
import { nbd } from './nbd.ts';
import { nfs } from './nfs.ts';
import { nvmeOverFabrics } from './nvme-of.ts';
import { shell } from './shell.ts';
import { verity } from './verity.ts';
import { zfs } from './zfs.ts';

export const features: readonly Feature[] = [
  base,
  crypt,
  integrity,
  verity,
  lvm,
  md,
  multipath,
  deviceMapper,
  btrfs,
  bcache,
  nvmeOverFabrics,
  nbd,
  nfs,
  kexec,
  iscsi,
  zfs,
  shell,
];
