import type { BlockDevice } from '../snapshot/snapshot.ts';
import { devicesOfMount } from './find-device.ts';
import { locateFile } from './locate-file.ts';
import type { MountNode, SnapshotIndex } from './snapshot-index.ts';
import {
  edgesTo,
  holdingFiles,
  lookUp,
  type DeviceStackNode,
  type StackContext,
  type StackEdge,
  type SwapStackNode,
} from './stack-node.ts';

export function swapEdges({ index, mountNodes, deviceNodes }: StackContext, from: SwapStackNode) {
  if (from.device !== undefined) return edgesTo(from, lookUp(deviceNodes, [from.device]), 'swap');
  if (from.swap.kind === 'partition') return edgesTo(from, [...deviceNodes.values()], 'caution');
  const mounts = lookUp(mountNodes, locateFile(index, from.swap.path));
  if (mounts.length > 0) return edgesTo(from, mounts, 'swap');
  return edgesTo(from, [...mountNodes.values()], 'caution');
}

export function deviceEdges(context: StackContext, from: DeviceStackNode): readonly StackEdge[] {
  const { index, deviceNodes } = context;
  const { device } = from;
  const named = (names: readonly string[]) =>
    lookUp(
      deviceNodes,
      names.map((name) => index.deviceByName.get(name)).filter((found) => found !== undefined),
    );
  const container = /^external:[/-](md[^/]+)/.exec(device.md?.metadataVersion ?? '')?.[1];
  return [
    ...edgesTo(from, named(device.slaves), 'holder'),
    ...named(device.holders).map((holder) => ({
      from: holder,
      to: from,
      reason: 'holder' as const,
    })),
    ...edgesTo(from, named(device.partitionOf === undefined ? [] : [device.partitionOf]), 'holder'),
    ...edgesTo(from, named(container === undefined ? [] : [container]), 'container'),
    ...(device.loop === undefined ? [] : backingEdges(context, from, device.loop.backingFile)),
  ];
}

/**
 * A file in a mount that was detached shows a path without it, which then seems to lie in a mount
 * that stays: the loop device is detached early, before all that may hold the file. The detached mount
 * may be on a device that seems to be used by nobody (dracut's live systems have such a squashfs). Where mounts
 * lie on each other the file may be in any that is not made of the loop device itself.
 */
function backingEdges(
  context: StackContext,
  from: DeviceStackNode,
  backingFile: string,
): readonly StackEdge[] {
  const { index, mountNodes, idle } = context;
  const located = locateFile(index, backingFile);
  const possible = located.filter(
    (node) => located.length === 1 || !isOn(index, node, from.device),
  );
  const [top, ...others] = lookUp(mountNodes, possible);
  if (top?.fate === 'light') return [];
  if (top !== undefined) {
    return others.length === 0
      ? edgesTo(from, [top], 'backing-file')
      : edgesTo(from, holdingFiles([top, ...others]), 'possible-holder');
  }
  if (from.isProtected) return [];
  return [
    ...edgesTo(from, holdingFiles([...mountNodes.values()]), 'caution'),
    ...edgesTo(
      from,
      idle.filter(({ device }) => isLocated(context, device)),
      'possible-detached',
    ),
  ];
}

/** Of two loop devices whose files are in mounts that were detached, nothing tells which one goes first. */
function isLocated({ index, mountNodes }: StackContext, { loop }: BlockDevice): boolean {
  return loop === undefined || lookUp(mountNodes, locateFile(index, loop.backingFile)).length > 0;
}

/** Whether a file system lies on a device, be it under other devices. */
function isOn(index: SnapshotIndex, { mount }: MountNode, device: BlockDevice): boolean {
  const found = new Set(devicesOfMount(index, mount));
  for (const { slaves, partitionOf } of found) {
    for (const name of [...slaves, partitionOf ?? '']) {
      const slave = index.deviceByName.get(name);
      if (slave !== undefined) found.add(slave);
    }
  }
  return found.has(device);
}
