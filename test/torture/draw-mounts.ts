/** Draws what lies on the devices: file systems, swap, loop devices in files, overlays; and where all is mounted. */
import { addLayer, mostBranches, mostDepth, nextId, type Draft, type Top } from './draw-devices.ts';
import {
  diskMountKinds,
  mountKinds,
  type Layer,
  type LayerKind,
  type Place,
} from './drawn-machine.ts';
import { depthOf } from './reach.ts';

const leastBtrfs = 128;
const mostLoops = 4;

/** All tops get a use; some files in file systems become devices and so on. */
export function growMounts(draft: Draft): void {
  const { lot } = draft;
  useTops(draft);
  for (let loops = 0; loops < mostLoops && lot.chance(0.4); loops += 1) {
    const hosts = mounts(draft, ['ext4', 'btrfs']).filter(
      ({ mib, makes }) => mib >= 100 && depthOf(draft.layers, makes[0]!) < mostDepth,
    );
    if (hosts.length === 0 || mounts(draft, diskMountKinds).length >= mostBranches) break;
    addLoop(draft, lot.pick(hosts), loops);
    useTops(draft);
  }
  if (lot.chance(0.3)) add(draft, 'memory', [], 16);
  if (lot.chance(0.15)) addZram(draft);
  const hosts = mounts(draft, ['ext4']).filter(({ mib }) => mib >= 60);
  if (hosts.length > 0 && lot.chance(0.15)) {
    const host = lot.pick(hosts);
    draft.layers.push({ kind: 'swapfile', on: host.makes, makes: [], mib: 8 });
  }
  if (lot.chance(0.3)) addOverlay(draft);
}

function useTops(draft: Draft): void {
  for (const top of draft.tops) useTop(draft, top);
  draft.tops = [];
  // There has to be something to be the root.
  if (mounts(draft, ['ext4', 'btrfs']).length === 0) {
    const last = draft.layers.findLastIndex(({ kind }) => kind === 'swap' || kind === 'vfat');
    const { on } = draft.layers[last]!;
    const mib = draft.layers.find(({ makes }) => makes.includes(on[0]!))!.mib;
    draft.layers.splice(last, 1, { kind: 'ext4', on, makes: [nextId(draft, 'm')], mib });
  }
}

function useTop(draft: Draft, top: Top): void {
  const use = draft.lot.pickBy({ ext4: 4, btrfs: 2, vfat: 1, swap: 1 });
  if (use === 'swap') draft.layers.push({ kind: 'swap', on: [top.id], makes: [], mib: top.mib });
  else add(draft, use === 'btrfs' && top.mib < leastBtrfs ? 'ext4' : use, [top.id], top.mib);
}

function add(draft: Draft, kind: LayerKind, on: readonly string[], mib: number): void {
  draft.layers.push({ kind, on, makes: [nextId(draft, 'm')], mib });
}

function addLoop(draft: Draft, { makes: on, mib }: Layer, number: number): void {
  const id = nextId(draft, 'd');
  // Sparse, so that some fit into one file system.
  const size = Math.min(Math.floor(mib * 0.4), 160);
  draft.layers.push({ kind: 'loop', on, makes: [id], words: [`${number}`], mib: size });
  draft.tops.push({ id, mib: size, depth: depthOf(draft.layers, id) });
  for (let layers = draft.lot.between(0, 2); layers > 0; layers -= 1) {
    addLayer(draft, draft.lot.pick(draft.tops));
  }
}

function addZram(draft: Draft): void {
  const id = nextId(draft, 'd');
  draft.layers.push({ kind: 'zram', on: [], makes: [id], words: ['0'], mib: 32 });
  draft.layers.push({ kind: 'swap', on: [id], makes: [], mib: 32 });
}

function addOverlay(draft: Draft): void {
  const branches = mounts(draft, ['ext4', 'btrfs', 'memory']);
  const lower = draft.lot.pick(branches);
  const uppers = branches.filter((branch) => branch !== lower);
  const upper = uppers.length === 0 ? lower : draft.lot.pick(uppers);
  add(draft, 'overlay', [...lower.makes, ...upper.makes], 0);
}

function mounts(draft: Draft, kinds: readonly LayerKind[]): readonly Layer[] {
  return draft.layers.filter(({ kind }) => kinds.includes(kind));
}

const names = ['data', 'srv', 'home', 'var/lib/x', 'a b', 'new\nline', 'tab\there', 'back\\slash'];
const moreNames = ['#1', 'ünï', 'quote"', "it's", '\\040', '(deleted)', ' ', '*'];

export function drawRoot(draft: Draft): string {
  const overlays = mounts(draft, ['overlay']);
  const kind =
    overlays.length > 0 && draft.lot.chance(0.6) ? overlays : mounts(draft, ['ext4', 'btrfs']);
  return draft.lot.pick(kind).makes[0]!;
}

/** Everything but the root somewhere below it. */
export function drawPlaces(draft: Draft, root: string): readonly Place[] {
  const { lot } = draft;
  const places: Place[] = [];
  const parents = [root];
  const path = (id: string) => `${id}-${lot.pick(lot.chance(0.25) ? moreNames : names)}`;
  for (const { kind, makes } of mounts(draft, mountKinds)) {
    const mount = makes[0]!;
    if (mount === root) continue;
    places.push({ kind: 'move', mount, parent: lot.pick(parents), path: path(mount) });
    // Names like these cannot be made in vfat.
    if (kind !== 'vfat') parents.push(mount);
  }
  for (let binds = lot.pick([0, 0, 0, 1, 2, 3]); binds > 0; binds -= 1) {
    const mount = lot.pick(mounts(draft, diskMountKinds)).makes[0]!;
    places.push({ kind: 'bind', mount, parent: lot.pick(parents), path: `bind${binds}` });
  }
  if (lot.chance(0.1))
    places.push({ kind: 'nest', parent: lot.pick(parents), count: lot.between(5, 60) });
  return places;
}
