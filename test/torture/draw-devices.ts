/** Draws block devices, bottom up: at most six layers on each other, eight branches side by side. */
import type { Layer } from './drawn-machine.ts';
import type { Lot } from './lot.ts';

export const mostBranches = 8;
export const mostDepth = 6;
const diskMib = 640;
/** What no layer is put on any more. */
const leastMib = 40;
/** A device with checksums is written all over when it is made. */
const mostChecked = 72;

/** A device that nothing lies on yet. */
export interface Top {
  readonly id: string;
  readonly mib: number;
  readonly depth: number;
}

export interface Draft {
  readonly lot: Lot;
  readonly layers: Layer[];
  tops: Top[];
  /** Counts ids and names of all kinds. */
  count: number;
}

export function draftOf(lot: Lot): Draft {
  const draft: Draft = { lot, layers: [], tops: [], count: 0 };
  const disks = lot.pick([1, 1, 2, 2, 2, 3, 4]);
  for (let number = 1; number <= disks; number += 1) {
    const id = nextId(draft, 'd');
    draft.layers.push({ kind: 'disk', on: [], makes: [id], name: `D${number}`, mib: diskMib });
    const whole = { id, mib: diskMib, depth: 0 };
    if (lot.chance(0.4)) split(draft, whole);
    else draft.tops.push(whole);
  }
  return draft;
}

export function nextId(draft: Draft, prefix: string): string {
  draft.count += 1;
  return `${prefix}${draft.count}`;
}

function split(draft: Draft, { id, mib }: Top): void {
  const parts = draft.lot.between(1, 3);
  const makes = Array.from({ length: parts }, () => nextId(draft, 'd'));
  draft.layers.push({ kind: 'partitions', on: [id], makes, mib });
  const each = Math.floor(mib / parts) - 2;
  draft.tops.push(...makes.map((part) => ({ id: part, mib: each, depth: 1 })));
}

/** Puts layers on what is there, for some rounds. */
export function growDevices(draft: Draft): void {
  const rounds = draft.lot.between(1, mostDepth);
  for (let round = 0; round < rounds; round += 1) {
    for (const { id } of draft.tops) {
      // Another layer may have taken it meanwhile.
      const top = draft.tops.find((one) => one.id === id);
      if (top !== undefined && draft.lot.chance(0.7)) addLayer(draft, top);
    }
  }
}

const kinds = { luks: 4, plain: 1, linear: 2, group: 3, array: 2, integrity: 1 } as const;

/** Takes the device from the tops where a layer can be put on it. */
export function addLayer(draft: Draft, top: Top): void {
  if (top.depth >= mostDepth || top.mib < leastMib) return;
  const { lot } = draft;
  const kind = lot.pickBy(kinds);
  switch (kind) {
    case 'luks':
      addLuks(draft, top);
      return;
    case 'plain':
      addOne(draft, top, top.mib, { kind, ...oddName(lot, draft), key: lot.hexadecimal(64) });
      return;
    case 'linear':
      addOne(draft, top, top.mib - 1, { kind, name: `linear${draft.count}` });
      return;
    case 'integrity':
      if (top.mib > mostChecked || liesOnThin(draft, top.id)) return;
      addOne(draft, top, Math.floor(top.mib * 0.85), { kind, name: `integrity${draft.count}` });
      return;
    case 'group':
      addGroup(draft, top);
      return;
    case 'array':
      addArray(draft, top);
  }
}

/** A thin volume is larger than its pool, and what keeps checksums writes all of what it lies on. */
function liesOnThin(draft: Draft, id: string): boolean {
  const layer = draft.layers.find(({ makes }) => makes.includes(id));
  return layer?.kind === 'thin' || layer?.on.some((below) => liesOnThin(draft, below)) === true;
}

function addOne(draft: Draft, top: Top, mib: number, facts: Partial<Layer> & Pick<Layer, 'kind'>) {
  const id = nextId(draft, 'd');
  draft.layers.push({ on: [top.id], makes: [id], mib, ...facts });
  replace(draft, [top], [{ id, mib, depth: top.depth + 1 }]);
}

function replace(draft: Draft, gone: readonly Top[], come: readonly Top[]): void {
  draft.tops = [...draft.tops.filter((top) => !gone.includes(top)), ...come];
}

function addLuks(draft: Draft, top: Top): void {
  const { lot } = draft;
  const opening = lot.chance(0.25) ? ['--disable-keyring'] : [];
  const checked = top.mib <= mostChecked && lot.chance(0.5) && !liesOnThin(draft, top.id);
  // cryptsetup does not find the device below such a one under an odd name.
  const name = checked ? { name: `crypt${draft.count}` } : oddName(lot, draft);
  const small = ['--luks2-metadata-size', '16k', '--luks2-keyslots-size', '1m'];
  const kind = lot.chance(0.25) && !checked ? ['--type', 'luks1'] : ['--type', 'luks2', ...small];
  // Behind the volume key the one of the checksums (cryptsetup-luksFormat(8), --integrity).
  const key = lot.hexadecimal(checked ? 64 + 32 : 64);
  const more = checked ? ['--integrity', 'hmac-sha256', '--sector-size', '4096'] : [];
  const words = [...kind, '--key-size', '512', ...more, '--', ...opening];
  const mib = checked ? Math.floor((top.mib - 16) * 0.8) : top.mib - 16;
  addOne(draft, top, mib, { kind: 'luks', ...name, key, words });
}

const oddNames: readonly (readonly [name: string, node: string])[] = [
  ['my secrets', 'my\\x20secrets'],
  ['geheim-ß', 'geheim-\\xc3\\x9f'],
  ['a(b)c;d', 'a\\x28b\\x29c\\x3bd'],
  ["it's", 'it\\x27s'],
];

function oddName(lot: Lot, draft: Draft): { name: string; node?: string } {
  const odd = lot.pick(oddNames);
  const isTaken = draft.layers.some(({ name }) => name === odd[0]);
  if (isTaken || !lot.chance(0.15)) return { name: `crypt${draft.count}` };
  return { name: odd[0], node: odd[1] };
}

/** On one device or two; one to three volumes, some of them thin, cached or with a snapshot. */
function addGroup(draft: Draft, top: Top): void {
  const { lot } = draft;
  const other = draft.tops.find(
    (one) => one !== top && one.mib >= leastMib && one.depth < mostDepth,
  );
  const below = other !== undefined && lot.chance(0.35) ? [top, other] : [top];
  const on = below.map(({ id }) => id);
  const least = Math.min(...below.map(({ mib }) => mib));
  const depth = Math.max(...below.map((one) => one.depth)) + 1;
  const group = `group${draft.count}`;
  const room = mostBranches - draft.tops.length + below.length;
  const count = Math.min(lot.between(1, 3), room, Math.floor((least - 8) / 60));
  if (count < 1) return;
  draft.layers.push({ kind: 'group', on, makes: [], name: group, mib: least });
  // Each pool keeps a spare of its metadata too.
  const share = Math.floor((least - 8) / count) - 4;
  const volumes: Top[] = [];
  for (let number = 0; number < count; number += 1) {
    volumes.push({ ...addVolume(draft, group, on, share, number), depth });
  }
  replace(draft, below, volumes);
}

function addVolume(
  draft: Draft,
  group: string,
  on: readonly string[],
  share: number,
  number: number,
): Omit<Top, 'depth'> {
  const { lot, layers } = draft;
  const id = nextId(draft, 'd');
  const name = `${group}/v${number}`;
  const kind = lot.pickBy({ volume: 3, thin: 1, cached: 1, snapshot: 1 });
  if (kind === 'thin' && share >= 64) {
    const mib = share - 16;
    layers.push({ kind: 'pool', on, makes: [], name: `${group}/pool${number}`, mib: mib - 4 });
    layers.push({ kind: 'thin', on, makes: [id], name, words: [`pool${number}`], mib });
    return { id, mib };
  }
  if (kind === 'cached' && share >= 72) {
    layers.push({ kind: 'cached', on, makes: [id], name, mib: share - 24 });
    return { id, mib: share - 24 };
  }
  const isSmall = lot.chance(0.3);
  const mib = isSmall ? Math.min(share - 16, 64) : share - 16;
  const words = on.length > 1 && lot.chance(0.4) ? ['--stripes', '2'] : [];
  layers.push({ kind: 'volume', on, makes: [id], name, words, mib });
  if (kind === 'snapshot' && words.length === 0) {
    layers.push({ kind: 'snapshot', on: [id, ...on], makes: [], name: `${name}-before`, mib: 12 });
  }
  return { id, mib };
}

function addArray(draft: Draft, top: Top): void {
  const { lot } = draft;
  const others = draft.tops.filter(
    (one) => one !== top && one.depth < mostDepth && one.mib >= leastMib,
  );
  const level = lot.pick(['0', '1', '1', '10']);
  const other = others.length === 0 ? undefined : lot.pick(others);
  // A mirror that has lost its other half before.
  if (other === undefined && level !== '1') return;
  const members = other === undefined ? [top] : [top, other];
  const on = members.map(({ id }) => id);
  const least = Math.min(...members.map(({ mib }) => mib)) - 4;
  const mib = level === '0' ? least * 2 : least;
  const id = nextId(draft, 'd');
  const name = `md${draft.layers.filter(({ kind }) => kind === 'array').length}`;
  const words = [level, ...(other === undefined ? ['missing'] : [])];
  draft.layers.push({ kind: 'array', on, makes: [id], name, words, mib });
  const depth = Math.max(...members.map((one) => one.depth)) + 1;
  replace(draft, members, [{ id, mib, depth }]);
}
