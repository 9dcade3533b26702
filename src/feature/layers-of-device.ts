/** Directories of /dev that hold no volume group. */
const otherDirectories: ReadonlySet<string> = new Set(
  'block bsg bus char cpu disk dma_heap dri fd fuse hugepages input mapper md mqueue net pts shm snd usb vfio zvol'.split(
    ' ',
  ),
);

const rules: readonly (readonly [pattern: RegExp, feature: string])[] = [
  [/^\/dev\/md(?:\d|\/|_)/, 'md'],
  [/^\/dev\/disk\/by-id\/md-/, 'md'],
  [/^\/dev\/nbd\d/, 'nbd'],
  [/^\/dev\/bcache\d/, 'bcache'],
  [/^\/dev\/(?:zvol\/|zd\d)/, 'zfs'],
  [/^\/dev\/disk\/by-path\/.*-iscsi-/, 'iscsi'],
  [/^\/dev\/disk\/by-id\/dm-uuid-LVM-/, 'lvm'],
  [/^\/dev\/disk\/by-id\/dm-uuid-CRYPT-/, 'crypt'],
  [/^\/dev\/disk\/by-id\/dm-uuid-(?:part\d+-)?mpath-/, 'multipath'],
  [/^\/dev\/dm-\d/, 'dm'],
];

/**
 * The feature for a device as fstab(5), crypttab(5) or the kernel's command line names it; undefined
 * for a plain disk and for what a name does not tell (`UUID=…`). `cryptNames` are those of crypttab.
 */
export function featureOfDevice(
  device: string,
  cryptNames: ReadonlySet<string>,
): string | undefined {
  const mapped = /^\/dev\/(?:mapper\/|disk\/by-id\/dm-name-)(?<name>.+)$/.exec(device);
  if (mapped !== null) return featureOfMapping(mapped.groups?.['name'] ?? '', cryptNames);
  const rule = rules.find(([pattern]) => pattern.test(device));
  if (rule !== undefined) return rule[1];
  const group = /^\/dev\/(?<group>[^/]+)\/[^/]+$/.exec(device)?.groups?.['group'];
  return group === undefined || otherDirectories.has(group) ? undefined : 'lvm';
}

/** LVM writes a hyphen between group and volume, and two for one in a name (lvm(8)). */
function featureOfMapping(name: string, cryptNames: ReadonlySet<string>): string {
  if (cryptNames.has(name) || /^luks-|crypt/.test(name)) return 'crypt';
  if (name.startsWith('mpath')) return 'multipath';
  return /[^-]-(?:--)*[^-]/.test(name) ? 'lvm' : 'crypt';
}
