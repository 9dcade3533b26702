/** Which mounts and devices go, which stay, and which stay because something that stays needs them. */
import type { BlockDevice } from '../snapshot/snapshot.ts';
import { classifyFileSystem } from './file-system-class.ts';
import { devicesOfMount } from './find-device.ts';
import { isUnion } from './layer-paths.ts';
import { locateFile } from './locate-file.ts';
import { locateUnionLayers } from './union-layers.ts';
import { isAtOrBelow } from './path.ts';
import type { PlanOptions } from './plan.ts';
import type { MountNode, SnapshotIndex } from './snapshot-index.ts';

/**
 * `protected`: no step may touch it. `doomed`: to be unmounted. `light`: doomed too, but detaching
 * lazily loses nothing, as it is a kernel interface or its superblock stays mounted elsewhere.
 * `pinned`: would be doomed, but holds what a protected mount is made of; may only be moved.
 */
export type MountFate = 'protected' | 'doomed' | 'light' | 'pinned';

export interface Fates {
  readonly mounts: ReadonlyMap<MountNode, MountFate>;
  readonly protectedDevices: ReadonlySet<BlockDevice>;
}

const interfaceTrees = ['/proc', '/sys', '/dev', '/run'];
/** What the program that tears down runs from, beside its root. */
const ownTrees = ['/usr', '/bin', '/sbin', '/lib', '/lib64', '/etc', '/run/initramfs'];

export function decideFates(index: SnapshotIndex, options: PlanOptions): Fates {
  const own = new Set(index.mounts.filter(({ mount }) => isOwn(mount.target, options)));
  const ownSuperblocks = new Set(
    [...own]
      .filter(({ mount }) => classifyFileSystem(mount.fstype) === 'storage')
      .map(({ mount }) => mount.devnum),
  );
  const oldSuperblocks = new Set(
    index.mounts
      .filter(({ mount }) => isInOldRoot(mount.target, options))
      .map(({ mount }) => mount.devnum),
  );
  const stays = index.mounts.filter(
    (node) =>
      own.has(node) ||
      (!isInOldRoot(node.mount.target, options) &&
        (ownSuperblocks.has(node.mount.devnum) || isLeftAlone(node, oldSuperblocks, options))),
  );
  const needed = whatIsNeeded(index, stays, options);
  const keptSuperblocks = new Set(stays.map(({ mount }) => mount.devnum));
  const mounts = new Map<MountNode, MountFate>();
  for (const node of index.mounts) {
    if (needed.stays.has(node)) mounts.set(node, 'protected');
    else if (isLight(node, keptSuperblocks)) mounts.set(node, 'light');
    else mounts.set(node, needed.pinned.has(node) ? 'pinned' : 'doomed');
  }
  return { mounts, protectedDevices: needed.devices };
}

/** On a running machine the root is the old root, except for what a pivot takes along. */
function isInOldRoot(target: string, { oldRoot }: PlanOptions): boolean {
  return oldRoot === '/'
    ? !interfaceTrees.some((tree) => isAtOrBelow(target, tree))
    : isAtOrBelow(target, oldRoot);
}

function isOwn(target: string, options: PlanOptions): boolean {
  if (isInOldRoot(target, options)) return false;
  return target === '/' || ownTrees.some((tree) => isAtOrBelow(target, tree));
}

/** Of the mounts outside of the old root: kernel interfaces, and memory that is not a user's. */
function isLeftAlone(
  { mount }: MountNode,
  oldSuperblocks: ReadonlySet<string>,
  { oldRoot, asideDirectory }: PlanOptions,
): boolean {
  const aside = isAtOrBelow(mount.target, asideDirectory) && mount.target !== asideDirectory;
  switch (classifyFileSystem(mount.fstype)) {
    case 'interface':
      return !aside;
    case 'memory':
      if (aside || mount.target === '/dev/shm') return false;
      if (interfaceTrees.includes(mount.target)) return true;
      if (isAtOrBelow(mount.target, '/run')) return false;
      return oldRoot === '/' || !oldSuperblocks.has(mount.devnum);
    case 'storage':
      return false;
  }
}

function isLight({ mount }: MountNode, keptSuperblocks: ReadonlySet<string>): boolean {
  return classifyFileSystem(mount.fstype) === 'interface' || keptSuperblocks.has(mount.devnum);
}

/** Follows protected mounts down to their devices, to the files those lie in, to their mounts. */
function whatIsNeeded(index: SnapshotIndex, roots: readonly MountNode[], options: PlanOptions) {
  const stays = new Set(roots);
  const pinned = new Set<MountNode>();
  const devices = new Set<BlockDevice>();
  const mountsToVisit = [...roots];
  const devicesToVisit: BlockDevice[] = [];
  const pin = (node: MountNode | undefined) => {
    if (node === undefined || stays.has(node) || pinned.has(node)) return;
    pinned.add(node);
    mountsToVisit.push(node);
  };
  while (mountsToVisit.length > 0 || devicesToVisit.length > 0) {
    for (const node of mountsToVisit.splice(0)) {
      devicesToVisit.push(...devicesOfMount(index, node.mount));
      if (isUnion(node.mount)) {
        for (const layer of locateUnionLayers(index, node, options.oldRoot).mounts) pin(layer);
      }
    }
    for (const device of devicesToVisit.splice(0)) {
      if (devices.has(device)) continue;
      devices.add(device);
      const below = [...device.slaves, ...(device.partitionOf ? [device.partitionOf] : [])];
      for (const name of below) {
        const slave = index.deviceByName.get(name);
        if (slave !== undefined) devicesToVisit.push(slave);
      }
      if (device.loop !== undefined) pin(locateFile(index, device.loop.backingFile)[0]);
    }
  }
  return { stays, pinned, devices };
}
