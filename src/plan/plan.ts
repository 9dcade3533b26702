/**
 * A teardown as data: what to do, in which order, and what may run side by side. Printed by
 * `shutdownramfs plan`, executed by the exitrd.
 */
import type { DeviceGroupKind, Devnum } from '../snapshot/snapshot.ts';

export const planVersion = 2;

export interface TeardownPlan {
  readonly version: typeof planVersion;
  /**
   * The steps of one wave are independent of each other, and wait for steps of earlier waves only. A
   * step may start as soon as those that it names have ended, whatever else its wave waits for.
   */
  readonly waves: readonly (readonly TeardownStep[])[];
}

interface StepBase {
  /** Unique within the plan and stable for a given snapshot, e.g. `unmount /oldroot`. */
  readonly id: string;
  /** Ids of the steps without whose success this one cannot succeed. */
  readonly needs: readonly string[];
  /** Ids of further steps that must have ended, well or not; an order that a guess asks for. */
  readonly after: readonly string[];
}

/** mount(2) MS_MOVE: takes a mount out of the tree it is in the way of, with all below it. */
export interface MoveMount extends StepBase {
  readonly kind: 'move-mount';
  readonly mountId: number;
  readonly from: string;
  readonly to: string;
}

export interface Unmount extends StepBase {
  readonly kind: 'unmount';
  readonly mountId: number;
  /** Where it is mounted when the step runs, moves before it included. */
  readonly target: string;
  readonly devnum: Devnum;
  readonly fstype: string;
  /**
   * With MNT_DETACH, all below it included: for trees of kernel interfaces (proc, sysfs, cgroup …)
   * that hold no device and no user's data, and for a parent in a cycle of which no mount can be
   * moved.
   */
  readonly lazy: boolean;
}

export interface DisableSwap extends StepBase {
  readonly kind: 'disable-swap';
  /** As in /proc/swaps; may not be openable. */
  readonly path: string;
  /** The block device, when the area is one (`dm-1`); absent for a swap file. */
  readonly device?: string;
  readonly usedKib: number;
}

export interface DetachLoop extends StepBase {
  readonly kind: 'detach-loop';
  readonly device: string;
  readonly backingFile: string;
}

/** Removes a device that holds a key (any dm device with a `crypt` target). */
export interface CloseCrypt extends StepBase {
  readonly kind: 'close-crypt';
  readonly device: string;
  /** The device-mapper name. */
  readonly name: string;
  readonly uuid: string;
}

/** Removes any other dm device. */
export interface RemoveDeviceMapper extends StepBase {
  readonly kind: 'remove-dm';
  readonly device: string;
  readonly name: string;
  readonly uuid: string;
  readonly layer: DeviceMapperLayer;
  /** It holds a key, which removing it wipes. */
  readonly keyed?: true;
}

/** `lvm`: simple volumes; `lvm-metadata`: thin, cache, raid, snapshot, vdo, which have rules of their own. */
export type DeviceMapperLayer =
  | 'lvm'
  | 'lvm-metadata'
  | 'integrity'
  | 'verity'
  | 'multipath'
  | 'partition'
  | 'other';

export interface StopArray extends StepBase {
  readonly kind: 'stop-md';
  readonly device: string;
  /** The array's metadata is written by mdmon, which must have caught up before the array is stopped. */
  readonly external: boolean;
  readonly container: boolean;
}

/** Stops bcacheN. What is dirty stays in the cache, which finds its device again at the next start. */
export interface StopBcache extends StepBase {
  readonly kind: 'stop-bcache';
  readonly device: string;
  readonly state: string;
}

export interface DisconnectNbd extends StepBase {
  readonly kind: 'disconnect-nbd';
  readonly device: string;
}

/**
 * Has the kernel let go of a group of devices: stops a bcache set or a device that waits for one,
 * exports a pool, logs out of a session, deletes a controller.
 */
export interface DissolveGroup extends StepBase {
  readonly kind: 'dissolve-group';
  readonly group: DeviceGroupKind;
  readonly name: string;
  readonly devices: readonly string[];
}

export type TeardownStep =
  | MoveMount
  | Unmount
  | DisableSwap
  | DetachLoop
  | CloseCrypt
  | RemoveDeviceMapper
  | StopArray
  | StopBcache
  | DisconnectNbd
  | DissolveGroup;

/** What the planner must know beside the snapshot. */
export interface PlanOptions {
  /**
   * Where the doomed file systems are: `/oldroot` in the exitrd. `/` plans for a running machine as
   * if its root had already become the old root: kernel interfaces and /run stay out of it.
   */
  readonly oldRoot: string;
  /** A directory in which mounts may be moved aside, e.g. `/mnt`. */
  readonly asideDirectory: string;
  /** Targets known to be busy for no reason the snapshot shows: moved aside where that can help. */
  readonly busy?: readonly string[];
  /** Paths of the running system, below which no mount is moved: in a cycle its tree is detached lazily. */
  readonly neverMove?: readonly string[];
}
