/**
 * The path of a device that fstab(5) would call so: `UUID=…` by the links that udev has made, which are in
 * devtmpfs and so still there when udev is not. Pure.
 */
const directories: Readonly<Record<string, string>> = {
  UUID: 'by-uuid',
  LABEL: 'by-label',
  PARTUUID: 'by-partuuid',
  PARTLABEL: 'by-partlabel',
};

export function sourcePath(source: string): string {
  const [, key = '', value = ''] = /^(?<key>[A-Z]+)=(?<value>.*)$/.exec(source) ?? [];
  const directory = directories[key];
  return directory === undefined ? source : `/dev/disk/${directory}/${encode(value)}`;
}

/** As udev writes what could not stand in a name (blkid_encode_string() in libblkid). */
function encode(value: string): string {
  return value.replaceAll(
    /[^\w#+.:=@\u0080-\uFFFF-]/g,
    (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );
}
