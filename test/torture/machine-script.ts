/** The script of a drawn machine, for the functions of guest/stack/torture. Pure. */
import type { DrawnFault, DrawnMachine, Layer, ToolFault } from './drawn-machine.ts';

export type Phase = 'make' | 'open';

/** @param wanted in phase `open` the layers that are to be opened again. */
export function machineScript(
  machine: DrawnMachine,
  phase: Phase,
  wanted: readonly Layer[] = machine.layers,
): string {
  const { layers, faults } = machine;
  const sabotage = faults.flatMap(sabotageOf).toSorted((a, b) => a.after - b.after);
  const lines = [
    `phase=${phase} verb=${machine.verb} systemd=${machine.systemd}`,
    'layers() {',
    ...(sabotage.length > 0 && phase === 'make'
      ? ["prepare_saboteur <<'SABOTAGE'", ...saboteur(sabotage), 'SABOTAGE']
      : []),
    ...layers.filter((layer) => wanted.includes(layer)).map((layer) => `layer ${layerLine(layer)}`),
    ':',
    '}',
    'places() {',
    ...placeLines(machine),
    ...faults.flatMap((fault) => faultLines(machine, fault)),
    ':',
    '}',
    '# end',
  ];
  return `${lines.join('\n')}\n`;
}

function layerLine({
  kind,
  on,
  makes,
  name = '',
  node = name,
  key = '',
  mib,
  words = [],
}: Layer): string {
  const [group = '', volume = ''] = name.split('/');
  const made = makes[0] ?? '';
  switch (kind) {
    case 'disk':
      return call('whole', made, name);
    case 'partitions':
      return call('table', ...on, ...makes);
    case 'luks':
      return call('luks', made, ...on, name, node, key, ...words);
    case 'plain':
      return call('plain', made, ...on, name, node, key);
    case 'integrity':
      return call('integrity', made, ...on, name);
    case 'linear':
      return call('linear', made, ...on, name, node);
    case 'group':
      return call('group', name, ...on);
    case 'pool':
      return call('pool', group, volume, `${mib}`);
    case 'volume':
    case 'cached':
      return call(kind, made, group, volume, `${mib}`, ...words);
    case 'thin':
      return call('thin', made, group, ...words, volume, `${mib}`);
    case 'snapshot':
      return call('snapshot', group, originOf(volume), volume);
    case 'array': {
      const [level = '', ...missing] = words;
      return call('array', made, name, level, ...on, ...missing);
    }
    case 'loop':
      return call('loop', made, ...on, `file-${made}`, ...words, `${mib}`);
    case 'zram':
      return call('zram', made, ...words, `${mib}`);
    case 'swap':
      return call('swap', ...on);
    case 'swapfile':
      return call('swapfile', ...on, `${mib}`);
    case 'ext4':
    case 'vfat':
    case 'memory':
    case 'overlay':
      return call(kind, made, ...on);
    case 'btrfs':
      return call('btrfs_on', made, ...on);
  }
}

function originOf(snapshot: string): string {
  return snapshot.replace(/-before$/, '');
}

/** Where each mount is before the hand-over. */
function pathsOf({ root, places }: DrawnMachine): ReadonlyMap<string, string> {
  const paths = new Map([[root, '/newroot']]);
  for (const place of places) {
    if (place.kind === 'move') paths.set(place.mount, `${paths.get(place.parent)}/${place.path}`);
  }
  return paths;
}

function placeLines(machine: DrawnMachine): readonly string[] {
  const paths = pathsOf(machine);
  const lines = machine.places.map((place) => {
    const parent = paths.get(place.parent);
    switch (place.kind) {
      case 'move':
        return call('place', place.mount, paths.get(place.mount)!);
      case 'bind':
        return call('bind', `${paths.get(place.mount)}/known`, `${parent}/${place.path}`);
      case 'nest':
        return call('nest', parent!, `${place.count}`);
    }
  });
  return [call('root', machine.root), ...lines];
}

function faultLines(machine: DrawnMachine, fault: DrawnFault): readonly string[] {
  const paths = pathsOf(machine);
  switch (fault.kind) {
    case 'holder':
      return [call(fault.daemon ? 'hold_as_daemon' : 'hold', paths.get(fault.mount)!)];
    case 'namespace':
      return ['in_namespace'];
    case 'frozen':
      return [call('later', 'fsfreeze', '--freeze', paths.get(fault.mount)!)];
    case 'suspended':
      return fault.after === undefined
        ? [call('later', 'dmsetup', 'suspend', '--noflush', '--nolockfs', '--', fault.name)]
        : [];
    case 'tool':
      return [call('tool', fault.path, toolText[fault.does])];
    case 'full':
      return [call('fill', fault.directory)];
    case 'failing':
    case 'unplugged':
    case 'member':
    case 'killed':
      return [];
  }
}

const toolText: Readonly<Record<ToolFault, string>> = {
  hangs: 'exec /guard/busybox sleep 3600',
  fails: 'echo "this tool is broken" >&2; exit 1',
  lies: 'exit 0',
  babbles: 'exec /guard/busybox yes "\u0007 not what you asked for"',
};

interface Deed {
  readonly after: number;
  readonly words: string;
}

/** What the process does that the exitrd does not know of. */
function sabotageOf(fault: DrawnFault): readonly Deed[] {
  switch (fault.kind) {
    case 'failing':
      return [{ after: fault.after, words: call('fail', fault.name, fault.target) }];
    case 'suspended':
      return fault.after === undefined
        ? []
        : [{ after: fault.after, words: call('suspend', fault.name) }];
    case 'member':
      return [{ after: fault.after, words: call('fail_member', fault.array, `${fault.member}`) }];
    case 'killed':
      return [{ after: fault.after, words: call('kill_exitrd', fault.signal) }];
    case 'holder':
    case 'namespace':
    case 'frozen':
    case 'unplugged':
    case 'tool':
    case 'full':
      return [];
  }
}

function saboteur(deeds: readonly Deed[]): readonly string[] {
  let now = 0;
  return deeds.flatMap(({ after, words }) => {
    const pause = (after - now).toFixed(2);
    now = after;
    return [`sleep ${pause}`, words];
  });
}

function call(...words: readonly string[]): string {
  return words
    .map((word) => (/^[\w./=-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`))
    .join(' ');
}
