/**
 * The kernel's rules on what may go when, enforced on a snapshot. What uses what is told by the one
 * who built the machine, not read from the paths the planner goes by.
 */
import type { DissolveGroup, TeardownPlan, TeardownStep } from '../../src/plan/plan.ts';
import type {
  BlockDevice,
  DeviceGroup,
  MountPoint,
  Snapshot,
} from '../../src/snapshot/snapshot.ts';

/** What the snapshot says only in paths. Mounts by id, loop devices by name. */
export interface Truth {
  readonly backing: ReadonlyMap<string, number>;
  readonly layers: ReadonlyMap<number, readonly number[]>;
  /** By the swap area's path. */
  readonly swaps: ReadonlyMap<string, { readonly mount?: number; readonly device?: string }>;
  /** Mounts that were detached while in use, before the snapshot was taken. */
  readonly detached: readonly MountPoint[];
  /** Of ZFS pools, by name: what they are made of, and what is in them. */
  readonly pools: ReadonlyMap<string, Pool>;
  /** Devices of superblocks that have a number of their own, by that number. */
  readonly superblocks: ReadonlyMap<string, readonly string[]>;
}

interface Pool {
  readonly devices: readonly string[];
  readonly volumes: readonly string[];
  /** By id. */
  readonly mounts: readonly number[];
}

export class SimulatedKernel {
  readonly #truth: Truth;
  readonly #start: Snapshot;
  #mounts: readonly MountPoint[];
  /** Lazily detached: in no tree any more, alive while used. */
  #detached: readonly MountPoint[];
  #devices: ReadonlyMap<string, BlockDevice>;
  #swaps: ReadonlySet<string>;
  #groups: readonly DeviceGroup[];

  constructor(snapshot: Snapshot, truth: Truth) {
    this.#start = snapshot;
    this.#truth = truth;
    this.#mounts = snapshot.mounts;
    this.#detached = truth.detached;
    this.#devices = new Map(snapshot.devices.map((device) => [device.name, device]));
    this.#swaps = new Set(snapshot.swaps.map(({ path }) => path));
    this.#groups = snapshot.deviceGroups ?? [];
  }

  /** @throws {Error} at the first step the kernel would refuse. */
  execute(plan: TeardownPlan): void {
    for (const step of plan.waves.flat()) this.#perform(step);
  }

  /**
   * The same in another order that the steps allow: of those that wait for nothing, any is next.
   *
   * @param choices which of them, over and over.
   */
  executeInAnyOrder(plan: TeardownPlan, choices: readonly number[]): void {
    const left = new Map(plan.waves.flat().map((step) => [step.id, step]));
    for (let i = 0; left.size > 0; i += 1) {
      const ready = [...left.values()].filter(
        ({ needs, after }) => ![...needs, ...after].some((id) => left.has(id)),
      );
      const step = ready[choices[i % choices.length]! % ready.length];
      if (step === undefined)
        throw new Error(`all wait for each other: ${[...left.keys()].join(', ')}`);
      this.#perform(step);
      left.delete(step.id);
    }
  }

  snapshot(): Snapshot {
    const left = (names: readonly string[]) => names.filter((name) => this.#devices.has(name));
    return {
      ...this.#start,
      mounts: this.#mounts,
      swaps: this.#start.swaps.filter(({ path }) => this.#swaps.has(path)),
      devices: [...this.#devices.values()].map((device) => ({
        ...device,
        slaves: left(device.slaves),
        holders: left(device.holders),
      })),
      deviceGroups: this.#groups.map((group) => ({ ...group, devices: left(group.devices) })),
    };
  }

  #perform(step: TeardownStep): void {
    const refuse = (why: string): never => {
      throw new Error(`${step.id}: ${why}`);
    };
    switch (step.kind) {
      case 'disable-swap':
        if (!this.#swaps.has(step.path)) refuse('ENOENT');
        this.#swaps = new Set([...this.#swaps].filter((path) => path !== step.path));
        return;
      case 'move-mount':
        this.#move(step.mountId, step.from, step.to, refuse);
        return;
      case 'unmount':
        this.#unmount(step.mountId, step.target, step.lazy, refuse);
        return;
      case 'dissolve-group':
        this.#dissolve(step, refuse);
        return;
      default: {
        if (!this.#devices.has(step.device)) refuse('ENODEV');
        const user = this.#userOfDevice(step.device);
        if (user !== undefined) refuse(`EBUSY, used by ${user}`);
        this.#remove([step.device]);
      }
    }
  }

  #remove(names: readonly string[]): void {
    this.#devices = new Map(
      [...this.#devices].filter(
        ([name, { partitionOf = '' }]) => !names.includes(name) && !names.includes(partitionOf),
      ),
    );
  }

  /** A set is stopped when its volumes are; what comes over a session or controller goes with it. */
  #dissolve({ group, name, devices }: DissolveGroup, refuse: (why: string) => never): void {
    const found = this.#groups.find((other) => other.kind === group && other.name === name);
    if (found === undefined) return refuse('ENOENT');
    const isAbove = group === 'iscsi-session' || group === 'nvme-controller';
    const pool = group === 'zfs-pool' ? this.#truth.pools.get(name) : undefined;
    const brought = isAbove ? devices : (pool?.volumes ?? []);
    for (const device of brought) {
      const user = this.#userOfDevice(device);
      if (user !== undefined) refuse(`EBUSY, ${device} is used by ${user}`);
    }
    const mounted = pool?.mounts.find((mountId) => this.#isMountAlive(mountId));
    if (mounted !== undefined) refuse(`EBUSY, ${mounted} is mounted`);
    const volume = [...this.#devices.values()].find(
      ({ name, slaves }) =>
        name.startsWith('bcache') && slaves.some((slave) => devices.includes(slave)),
    );
    if (group === 'bcache-set' && volume !== undefined) refuse(`${volume.name} is there`);
    this.#groups = this.#groups.filter((other) => other !== found);
    this.#remove(brought);
  }

  #groupOn(name: string): DeviceGroup | undefined {
    return this.#groups.find(({ kind, ...group }) =>
      kind === 'zfs-pool'
        ? this.#truth.pools.get(group.name)?.devices.includes(name)
        : kind.startsWith('bcache-') && group.devices.includes(name),
    );
  }

  #move(mountId: number, from: string, to: string, refuse: (why: string) => never): void {
    const mount = this.#resolve(from);
    if (mount?.mountId !== mountId) refuse(`${from} leads to ${mount?.mountId}`);
    const parent = this.#mounts.find((other) => other.mountId === mount.parentId);
    if (parent === undefined) refuse('EINVAL, it has no parent');
    if (parent.tags.some((tag) => tag.startsWith('shared'))) refuse('EINVAL, the parent is shared');
    const under = this.#resolveAbove(to);
    const moving = this.#subtree(mount);
    if (under === undefined || moving.includes(under)) refuse('ELOOP');
    this.#mounts = this.#mounts.map((other) => {
      if (!moving.includes(other)) return other;
      const target = `${to}${other.target.slice(from.length)}`;
      return { ...other, target, ...(other === mount && { parentId: under.mountId }) };
    });
  }

  #unmount(mountId: number, path: string, lazy: boolean, refuse: (why: string) => never): void {
    const mount = this.#resolve(path);
    if (mount?.mountId !== mountId) refuse(`${path} leads to ${mount?.mountId}`);
    const tree = this.#subtree(mount);
    if (!lazy) {
      if (tree.length > 1) refuse(`EBUSY, ${tree[1]?.target} is mounted in it`);
      const user = this.#userOfMount(mount.mountId);
      if (user !== undefined) refuse(`EBUSY, used by ${user}`);
    }
    this.#mounts = this.#mounts.filter((other) => !tree.includes(other));
    if (lazy) this.#detached = [...this.#detached, ...tree];
  }

  #subtree(mount: MountPoint): readonly MountPoint[] {
    const tree = [mount];
    for (const node of tree) {
      tree.push(
        ...this.#mounts.filter((other) => other.parentId === node.mountId && other !== node),
      );
    }
    return tree;
  }

  /** What a path leads to, when a mount is there: lookup crosses into each child on the way. */
  #resolve(path: string): MountPoint | undefined {
    const mount = this.#resolveAbove(path);
    return mount?.target === path ? mount : undefined;
  }

  #resolveAbove(path: string): MountPoint | undefined {
    const ids = new Set(this.#mounts.map(({ mountId }) => mountId));
    let at = this.#mounts.find(({ target, parentId }) => target === '/' && !ids.has(parentId));
    const words = path.split('/').filter(Boolean);
    for (let i = 0; i <= words.length; i += 1) {
      const prefix = `/${words.slice(0, i).join('/')}`;
      for (;;) {
        const here: MountPoint | undefined = at;
        const child = this.#mounts.find(
          (mount) => mount !== here && mount.parentId === here?.mountId && mount.target === prefix,
        );
        if (child === undefined) break;
        at = child;
      }
    }
    return at;
  }

  /** An open file or a private clone of it keeps a mount busy. */
  #userOfMount(mountId: number): string | undefined {
    for (const [loop, mount] of this.#truth.backing) {
      if (mount === mountId && this.#devices.has(loop)) return loop;
    }
    for (const [overlay, layers] of this.#truth.layers) {
      if (layers.includes(mountId) && this.#isMountAlive(overlay)) return `overlay ${overlay}`;
    }
    for (const [path, { mount }] of this.#truth.swaps) {
      if (mount === mountId && this.#swaps.has(path)) return path;
    }
    return undefined;
  }

  #isMountAlive(mountId: number): boolean {
    return (
      this.#mounts.some((mount) => mount.mountId === mountId) ||
      (this.#detached.some((mount) => mount.mountId === mountId) &&
        this.#userOfMount(mountId) !== undefined)
    );
  }

  #userOfDevice(name: string): string | undefined {
    for (const mount of [...this.#mounts, ...this.#detached]) {
      if (this.#devicesOf(mount).includes(name) && this.#isMountAlive(mount.mountId)) {
        return `the file system of ${mount.target}`;
      }
    }
    const group = this.#groupOn(name);
    if (group !== undefined) return `${group.kind} ${group.name}`;
    for (const [path, { device }] of this.#truth.swaps) {
      if (device === name && this.#swaps.has(path)) return `swap ${path}`;
    }
    for (const device of this.#devices.values()) {
      if (device.slaves.includes(name)) return device.name;
      if (device.md?.metadataVersion === `external:/${name}/0`) return device.name;
      if (device.partitionOf === name) {
        const user = this.#userOfDevice(device.name);
        if (user !== undefined) return user;
      }
    }
    return undefined;
  }

  #devicesOf(mount: MountPoint): readonly string[] {
    const own = this.#start.devices.find(({ devnum }) => devnum === mount.devnum);
    return own === undefined ? (this.#truth.superblocks.get(mount.devnum) ?? []) : [own.name];
  }
}
