import type { BlockDevice, DeviceMapperFacts } from '../snapshot/snapshot.ts';
import type { DeviceMapperLayer } from './plan.ts';

/** Targets behind logical volumes whose removal has rules of its own (lvmraid(7), lvmthin(7) …). */
const metadataTargets: ReadonlySet<string> = new Set([
  'cache',
  'cache-pool',
  'era',
  'mirror',
  'raid',
  'snapshot',
  'snapshot-merge',
  'snapshot-origin',
  'thin',
  'thin-pool',
  'vdo',
  'writecache',
]);

/** What a device is taken down by; nothing for disks, partitions and what has no teardown. */
export type DeviceTeardown =
  | { readonly kind: 'close-crypt' }
  | { readonly kind: 'remove-dm'; readonly layer: DeviceMapperLayer; readonly keyed?: true }
  | { readonly kind: 'stop-md' }
  | { readonly kind: 'detach-loop' }
  | { readonly kind: 'stop-bcache' }
  | { readonly kind: 'disconnect-nbd' };

export function classifyDevice(device: BlockDevice): DeviceTeardown | undefined {
  if (device.dm !== undefined) {
    return holdsKey(device.dm)
      ? { kind: 'close-crypt' }
      : {
          kind: 'remove-dm',
          layer: deviceMapperLayer(device.dm),
          ...(device.dm.integrityKey === true && { keyed: true }),
        };
  }
  if (device.loop !== undefined) return { kind: 'detach-loop' };
  // `clear` is an array without members: a name left over in /dev.
  if (device.md !== undefined && device.md.arrayState !== 'clear') return { kind: 'stop-md' };
  if (device.bcache !== undefined) return { kind: 'stop-bcache' };
  // One that is not connected has no size, and is in no snapshot.
  if (/^nbd\d+$/.test(device.name)) return { kind: 'disconnect-nbd' };
  return undefined;
}

/** Any crypt target holds a key, whatever the uuid; where the table is unknown the uuid decides. */
function holdsKey({ targets, uuid }: DeviceMapperFacts): boolean {
  if (targets.length > 0) {
    // Where the drive alone encrypts, the device is a plain one above it, and closing it locks the drive.
    const locksDrive = uuid.startsWith('CRYPT-LUKS2-OPAL-') && targets.includes('linear');
    return targets.includes('crypt') || locksDrive;
  }
  return uuid.startsWith('CRYPT-') && !/^CRYPT-(?:VERITY|INTEGRITY)-/.test(uuid);
}

function deviceMapperLayer({ uuid, targets }: DeviceMapperFacts): DeviceMapperLayer {
  const has = (target: string) => targets.includes(target);
  if (uuid.startsWith('LVM-')) {
    const isInternal = /-(?:tpool|real|cow|tdata|tmeta|cdata|cmeta|vpool|vdata)$/.test(uuid);
    return isInternal || targets.some((target) => metadataTargets.has(target))
      ? 'lvm-metadata'
      : 'lvm';
  }
  if (uuid.startsWith('CRYPT-VERITY-') || has('verity')) return 'verity';
  if (uuid.startsWith('CRYPT-INTEGRITY-') || has('integrity')) return 'integrity';
  if (/^part\d+-/.test(uuid)) return 'partition';
  if (uuid.startsWith('mpath-') || has('multipath')) return 'multipath';
  return 'other';
}
