/** The shape of a snapshot that comes from a file, which anybody may have edited. */
type Shape = 'string' | 'number' | 'boolean' | 'strings' | { readonly [field: string]: Shape };

/** Fields that may be absent end in `?`. */
const lists: Readonly<Record<string, Shape>> = {
  mounts: {
    mountId: 'number',
    parentId: 'number',
    devnum: 'string',
    root: 'string',
    target: 'string',
    options: 'string',
    tags: 'strings',
    fstype: 'string',
    source: 'string',
    superOptions: 'string',
  },
  swaps: {
    path: 'string',
    kind: 'string',
    sizeKib: 'number',
    usedKib: 'number',
    priority: 'number',
  },
  devices: {
    name: 'string',
    devnum: 'string',
    sizeSectors: 'number',
    readOnly: 'boolean',
    slaves: 'strings',
    holders: 'strings',
    'partitionOf?': 'string',
    'dm?': {
      name: 'string',
      uuid: 'string',
      suspended: 'boolean',
      targets: 'strings',
      'integrityKey?': 'boolean',
    },
    'md?': {
      level: 'string',
      arrayState: 'string',
      metadataVersion: 'string',
      syncAction: 'string',
    },
    'loop?': { backingFile: 'string', autoclear: 'boolean', offset: 'number' },
    'bcache?': { state: 'string' },
  },
  multiDevices: { uuid: 'string', devices: 'strings' },
  'aufs?': { id: 'string', branches: 'strings' },
  'deviceGroups?': { kind: 'string', name: 'string', devices: 'strings' },
};

/** The first field that is not what a snapshot has there: `mounts[3].target: no string`. */
export function findFlaw(snapshot: Readonly<Record<string, unknown>>): string | undefined {
  for (const [key, shape] of Object.entries(lists)) {
    const name = key.replace('?', '');
    const list = snapshot[name];
    if (key !== name && list === undefined) continue;
    if (!Array.isArray(list)) return `${name} is missing`;
    for (const [index, value] of list.entries()) {
      const flaw = flawOf(`${name}[${index}]`, value, shape);
      if (flaw !== undefined) return flaw;
    }
  }
  return undefined;
}

function flawOf(place: string, value: unknown, shape: Shape): string | undefined {
  if (shape === 'strings') {
    const isList = Array.isArray(value) && value.every((one) => typeof one === 'string');
    return isList ? undefined : `${place} is no list of strings`;
  }
  if (typeof shape === 'string') {
    return typeof value === shape ? undefined : `${place} is no ${shape}`;
  }
  if (typeof value !== 'object' || value === null) return `${place} is no object`;
  const fields = value as Readonly<Record<string, unknown>>;
  for (const [key, inner] of Object.entries(shape)) {
    const name = key.replace('?', '');
    if (key !== name && fields[name] === undefined) continue;
    const flaw = flawOf(`${place}.${name}`, fields[name], inner);
    if (flaw !== undefined) return flaw;
  }
  return undefined;
}
