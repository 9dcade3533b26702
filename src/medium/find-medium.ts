/**
 * The medium a running system lies on: the disks without which what is under `/` cannot be read. For
 * a live system that is the stick or disc below the lower layers of its root. Pure.
 */
import { classifyFileSystem } from '../plan/file-system-class.ts';
import { devicesOfMount, findDeviceByPath } from '../plan/find-device.ts';
import { locateFile } from '../plan/locate-file.ts';
import { isUnion } from '../plan/layer-paths.ts';
import { locateUnionLayers } from '../plan/union-layers.ts';
import { indexSnapshot, type MountNode, type SnapshotIndex } from '../plan/snapshot-index.ts';
import type { BlockDevice, Snapshot } from '../snapshot/snapshot.ts';

export interface Medium {
  /** Whole disks, by name. */
  readonly disks: readonly MediumDisk[];
  /** What root lies on and the kernel has no more: names, or device numbers where no name is left. */
  readonly gone: readonly string[];
  /** What could not be followed down to a disk, and why: `/mnt: nfs is on no block device`. */
  readonly unknown: readonly string[];
  /** Something of root lies in memory; all of it where the other lists are empty. */
  readonly inMemory: boolean;
}

interface MediumDisk {
  readonly name: string;
  /** The disc of a `cd` can go while its drive stays. */
  readonly kind: 'disk' | 'cd';
}

interface Search {
  readonly index: SnapshotIndex;
  /** Where the system's root is: `/`, or after a pivot `/oldroot`. */
  readonly root: string;
  readonly seen: Set<unknown>;
  readonly disks: Map<string, MediumDisk>;
  readonly gone: Set<string>;
  readonly unknown: Set<string>;
  inMemory: boolean;
}

const oldRoot = '/oldroot';
/** md(4) and dm tables that live on when one of their members goes. */
const redundantLevel = /^(?:raid(?:1|4|5|6|10)|container)$/;
const redundantTargets = new Set(['raid', 'mirror', 'multipath']);

export function findMedium(snapshot: Snapshot): Medium {
  const index = indexSnapshot(snapshot);
  const search: Search = {
    index,
    root: index.mountsAt.has(oldRoot) ? oldRoot : '/',
    seen: new Set(),
    disks: new Map(),
    gone: new Set(),
    unknown: new Set(),
    inMemory: false,
  };
  const root = index.mountsAt.get(search.root)?.at(-1);
  if (root === undefined) search.unknown.add(`${search.root}: it is no mount point`);
  else followMount(search, root);
  if (search.disks.size === 0 && search.unknown.size > 0) followLoops(search);
  return {
    disks: [...search.disks.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1)),
    gone: [...search.gone].toSorted(),
    unknown: [...search.unknown].toSorted(),
    inMemory: search.inMemory,
  };
}

/**
 * Where layers lie in an initramfs that no path leads into any more (casper, dracut), the files of loop
 * devices that can still be found tell the medium. What is gone of these may be anything's.
 */
function followLoops(search: Search): void {
  const guess: Search = { ...search, seen: new Set(), gone: new Set(), unknown: new Set() };
  for (const { loop } of search.index.devices) {
    if (loop !== undefined) followFile(guess, loop.backingFile);
  }
}

function followMount(search: Search, node: MountNode): void {
  if (search.seen.has(node)) return;
  search.seen.add(node);
  const { fstype, target, devnum } = node.mount;
  if (isUnion(node.mount)) {
    const layers = locateUnionLayers(search.index, node, search.root);
    for (const layer of layers.mounts) followMount(search, layer);
    for (const path of layers.unresolved) search.unknown.add(`${path}: no mount of today`);
    return;
  }
  const devices = devicesOfMount(search.index, node.mount);
  if (devices.length > 0) {
    for (const device of devices) followDevice(search, device);
  } else if (classifyFileSystem(fstype) === 'memory') search.inMemory = true;
  else if (!devnum.startsWith('0:')) search.gone.add(devnum);
  else if (isNamedDeviceGone(search, node)) search.gone.add(node.mount.source);
  else search.unknown.add(`${target}: ${fstype} is on no block device`);
}

/** A btrfs has a number of its own, so that only its source tells what it was on. */
function isNamedDeviceGone({ index }: Search, { mount }: MountNode): boolean {
  return mount.source.startsWith('/dev/') && findDeviceByPath(index, mount.source) === undefined;
}

function followDevice(search: Search, device: BlockDevice): void {
  if (search.seen.has(device.name)) return;
  search.seen.add(device.name);
  const { name, partitionOf, loop, md, dm, slaves } = device;
  if (partitionOf !== undefined) return followName(search, partitionOf);
  if (loop !== undefined) return followFile(search, loop.backingFile);
  if (/^(?:zram|ram|pmem)\d/.test(name)) search.inMemory = true;
  else if (redundantLevel.test(md?.level ?? '') || dm?.targets.some(isRedundant) === true) {
    search.unknown.add(`${name}: it outlives some of its members`);
  } else if (slaves.length > 0) for (const slave of slaves) followName(search, slave);
  else search.disks.set(name, { name, kind: /^sr\d/.test(name) ? 'cd' : 'disk' });
}

function isRedundant(target: string): boolean {
  return redundantTargets.has(target);
}

/** A member of a device that sysfs still names although it is no device any more. */
function followName(search: Search, name: string): void {
  const device = search.index.deviceByName.get(name);
  if (device === undefined) search.gone.add(name);
  else followDevice(search, device);
}

/** A path that leads to root itself, whose device the file is a part of, leads nowhere. */
function followFile(search: Search, path: string): void {
  const [node] = locateFile(search.index, path);
  if (node === undefined || [search.root, '/'].includes(node.mount.target)) {
    search.unknown.add(`${path}: no mount of today`);
  } else followMount(search, node);
}
