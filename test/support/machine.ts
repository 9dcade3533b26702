/** A small notation for machines: what the kernel would show of a stack, one line a layer. */
import type {
  BlockDevice,
  DeviceGroup,
  DeviceGroupKind,
  Devnum,
  MountPoint,
  Snapshot,
  SwapArea,
} from '../../src/snapshot/snapshot.ts';
import { snapshotVersion } from '../../src/snapshot/snapshot.ts';

export interface Machine {
  disk(name: string): string;
  partition(disk: string, number: number): string;
  dm(name: string, uuid: string, target: string, slaves: readonly string[]): string;
  crypt(name: string, slave: string): string;
  volume(name: string, slaves: readonly string[]): string;
  array(
    name: string,
    slaves: readonly string[],
    facts?: Partial<NonNullable<BlockDevice['md']>>,
  ): string;
  loop(backingFile: string): string;
  /** On a device of its own, with the caches of a set or without any. */
  bcache(slaves: readonly string[]): string;
  /** Without a backing device. */
  volumeInCache(cache: string): string;
  group(kind: DeviceGroupKind, name: string, devices: readonly string[]): void;
  mount(target: string, fstype: string, options?: MountOptions): MountPoint;
  swap(path: string, kind?: SwapArea['kind']): void;
  snapshot(): Snapshot;
}

interface MountOptions {
  /** The device it is on; a number of its own without. */
  readonly device?: string;
  /** Share this mount's superblock. */
  readonly bindOf?: MountPoint;
  readonly source?: string;
  readonly superOptions?: string;
  readonly tags?: readonly string[];
}

interface Draft extends BlockDevice {
  readonly holders: string[];
}

const majors = { vd: 254, dm: 253, md: 9, loop: 7, bcache: 252 } as const;

export function machine(): Machine {
  const devices = new Map<string, Draft>();
  const mounts: MountPoint[] = [];
  const swaps: SwapArea[] = [];
  const groups: DeviceGroup[] = [];
  const counts = { vd: 0, dm: 0, md: 0, loop: 0, bcache: 0, anonymous: 20 };

  function add(
    name: string,
    family: keyof typeof majors,
    slaves: readonly string[],
    facts: Omit<Partial<BlockDevice>, 'holders'>,
  ): string {
    const devnum: Devnum = `${majors[family]}:${counts[family]}`;
    counts[family] += 1;
    devices.set(name, {
      name,
      devnum,
      sizeSectors: 2_097_152,
      readOnly: false,
      slaves,
      holders: [],
      ...facts,
    });
    for (const slave of slaves) devices.get(slave)?.holders.push(name);
    return name;
  }

  const self: Machine = {
    disk: (name) => add(name, 'vd', [], {}),
    partition(disk, number) {
      const name = `${disk}${/\d$/.test(disk) ? 'p' : ''}${number}`;
      return add(name, 'vd', [], { partitionOf: disk });
    },
    dm: (name, uuid, target, slaves) =>
      add(`dm-${counts.dm}`, 'dm', slaves, {
        dm: { name, uuid, suspended: false, targets: target === '' ? [] : [target] },
      }),
    crypt: (name, slave) =>
      self.dm(name, `CRYPT-LUKS2-8c4e5c4d0f0a4b0f9d0e1a2b3c4d5e6f-${name}`, 'crypt', [slave]),
    volume: (name, slaves) =>
      self.dm(
        name,
        'LVM-yPvBnLLMoMXSTtHCGgP6dLKBJ9kFZ5rRqWbLqsfD4WoFsVwVJYbPWqQOzA6CBnTK',
        'linear',
        slaves,
      ),
    array: (name, slaves, facts = {}) =>
      add(name, 'md', slaves, {
        md: {
          level: 'raid1',
          arrayState: 'clean',
          metadataVersion: '1.2',
          syncAction: 'idle',
          ...facts,
        },
      }),
    loop: (backingFile) =>
      add(`loop${counts.loop}`, 'loop', [], { loop: { backingFile, autoclear: false, offset: 0 } }),
    bcache: (slaves) =>
      add(`bcache${counts.bcache}`, 'bcache', slaves, { bcache: { state: 'dirty' } }),
    volumeInCache: (cache) => add(`bcache${counts.bcache}`, 'bcache', [cache], {}),
    group: (kind, name, devices) => {
      groups.push({ kind, name, devices });
    },
    mount(target, fstype, options = {}) {
      const device = options.device === undefined ? undefined : devices.get(options.device);
      counts.anonymous += 1;
      const mount: MountPoint = {
        mountId: 20 + mounts.length,
        parentId: parentOf(target)?.mountId ?? 1,
        devnum: options.bindOf?.devnum ?? device?.devnum ?? `0:${counts.anonymous}`,
        root: '/',
        target,
        options: 'rw,relatime',
        tags: options.tags ?? [],
        fstype,
        source:
          options.source ??
          (device === undefined
            ? fstype
            : `/dev/${device.dm === undefined ? device.name : `mapper/${device.dm.name}`}`),
        superOptions: options.superOptions ?? 'rw',
      };
      mounts.push(mount);
      return mount;
    },
    swap: (path, kind = 'partition') => {
      swaps.push({ path, kind, sizeKib: 1_048_572, usedKib: 0, priority: -2 });
    },
    snapshot: () => ({
      version: snapshotVersion,
      mounts: [...mounts],
      swaps: [...swaps],
      devices: [...devices.values()],
      multiDevices: [],
      ...(groups.length > 0 && { deviceGroups: [...groups] }),
      garbledLines: 0,
      commandLine: 'root=/dev/mapper/vg0-root ro quiet',
    }),
  };
  return self;

  /** The topmost mount on the way to a path. */
  function parentOf(target: string): MountPoint | undefined {
    for (let path = target; ; path = path.slice(0, path.lastIndexOf('/')) || '/') {
      const found = mounts.findLast((mount) => mount.target === path);
      if (found !== undefined || path === '/') return found;
    }
  }
}

/** The mounts of an exitrd on a tmpfs after the pivot of systemd 257, and the old root's interfaces. */
export function mountExitrd(machine: Machine, mountOldRoot: () => void): void {
  machine.mount('/', 'tmpfs');
  const kernel = [
    machine.mount('/proc', 'proc'),
    machine.mount('/sys', 'sysfs'),
    machine.mount('/dev', 'devtmpfs'),
  ];
  const run = machine.mount('/run', 'tmpfs');
  const shm = machine.mount('/dev/shm', 'tmpfs');
  const pts = machine.mount('/dev/pts', 'devpts');
  const cgroup = machine.mount('/sys/fs/cgroup', 'cgroup2');
  mountOldRoot();
  for (const mount of [...kernel, run, shm, pts, cgroup]) {
    machine.mount(`/oldroot${mount.target}`, mount.fstype, { bindOf: mount });
  }
  machine.mount('/oldroot/tmp', 'tmpfs');
}
