/**
 * Reads the output of `dmsetup table` (dmsetup(8)), lines of `NAME: START LENGTH TARGET …`, into
 * the target types of each device in table order. Names are keyed by plainName(). Anything else,
 * `No devices found` among it, is left out. A name may have line ends in it.
 */
export function parseDeviceMapperTable(text: string): ReadonlyMap<string, readonly string[]> {
  const tables = new Map<string, string[]>();
  let begun = '';
  for (const line of text.split('\n')) {
    const fields = /^(.+?): \d+ \d+ (\S+)/.exec(line);
    if (fields === null) {
      begun += `${line}\n`;
      continue;
    }
    const [, end = '', target = ''] = fields;
    // Whether the lines before are part of the name or are none at all cannot be told.
    for (const name of new Set([plainName(end), plainName(begun + end)])) {
      const targets = tables.get(name);
      if (targets === undefined) tables.set(name, [target]);
      else targets.push(target);
    }
    begun = '';
  }
  return tables;
}

/**
 * A device-mapper name without libdevmapper's mangling (`\x20` for a space), which sysfs shows and
 * dmsetup undoes or not, as its --manglename says.
 */
export function plainName(name: string): string {
  return name.replaceAll(/\\x([0-9a-f]{2})/gi, (_, digits: string) =>
    String.fromCodePoint(Number.parseInt(digits, 16)),
  );
}
