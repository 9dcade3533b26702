/**
 * Random machines for property tests. Layers are made bottom up, so that what uses what has no
 * cycle, as on real machines; then the mounts are hung into each other in any way, as MS_MOVE
 * allows, which is where cycles come from.
 */
import * as fc from 'fast-check';
import type { BlockDevice, MountPoint, Snapshot, SwapArea } from '../../src/snapshot/snapshot.ts';
import { machine } from './machine.ts';
import type { Truth } from './simulated-kernel.ts';

export interface GeneratedStack {
  readonly snapshot: Snapshot;
  readonly truth: Truth;
  /** Of the exitrd: no step may touch them. */
  readonly protectedMounts: readonly number[];
  readonly protectedDevices: readonly string[];
}

const layerKinds = [
  'disk',
  'partition',
  'array',
  'container',
  'crypt',
  'volumes',
  'thin',
  'snapshot',
  'verity',
  'mount',
  'mount',
  'btrfs',
  'bind',
  'detached',
  'loop',
  'loop',
  'overlay',
  'overlay',
  'aufs',
  'swap',
  'swap-file',
  'memory',
  'interface',
  'bcache',
  'uncached',
  'nbd',
  'fabric',
  'session',
  'pool',
] as const;

const interfaces = ['proc', 'sysfs', 'cgroup2'];

interface Layer {
  readonly kind: (typeof layerKinds)[number];
  /** Chooses among what there is. */
  readonly a: number;
  readonly b: number;
  readonly c: number;
}

interface Draft {
  readonly fstype: string;
  readonly device?: string;
  readonly bindOf?: number;
  readonly layers?: readonly number[];
  /** Mounted once, in use, in no tree any more. */
  readonly isDetached?: boolean;
  readonly path: number;
  readonly superblockDevices?: readonly string[];
  /** The ZFS pool that it is a data set of. */
  readonly pool?: string;
}

const choice = fc.nat({ max: 1000 });
const layer: fc.Arbitrary<Layer> = fc.record({
  kind: fc.constantFrom(...layerKinds),
  a: choice,
  b: choice,
  c: choice,
});

export const generatedStack = (size: number): fc.Arbitrary<GeneratedStack> =>
  fc
    .tuple(
      fc.array(layer, { maxLength: size, size: 'max' }),
      fc.array(choice, { minLength: 1, maxLength: 20 }),
      fc.boolean(),
    )
    .map(([layers, places, isOnLoop]) => build(layers, places, isOnLoop));

function build(
  layers: readonly Layer[],
  places: readonly number[],
  isOnLoop: boolean,
): GeneratedStack {
  const m = machine();
  const free: string[] = [];
  const drafts: Draft[] = [];
  const loops: { readonly name: string; readonly on: number }[] = [];
  const swapFiles: { readonly on: number }[] = [];
  const swaps = new Map<string, { mount?: number; device?: string }>();
  const pools = new Map<string, { devices: readonly string[]; volumes: readonly string[] }>();
  let disks = 0;

  const take = (n: number): string => {
    if (free.length === 0) free.push(m.disk(`vd${letters(disks++)}`));
    return free.splice(n % free.length, 1)[0]!;
  };
  const storage = () =>
    drafts.flatMap((draft, i) => (isStorage(draft) && draft.isDetached !== true ? [i] : []));
  const holders = () =>
    drafts.flatMap((draft, i) => (isStorage(draft) || draft.fstype === 'tmpfs' ? [i] : []));
  for (const { kind, a, b, c } of layers) addLayer(kind, a, b, c);

  function addLayer(kind: Layer['kind'], a: number, b: number, c: number): void {
    const some = storage();
    const inFiles = holders();
    switch (kind) {
      case 'disk':
        free.push(m.disk(`vd${letters(disks++)}`));
        return;
      case 'partition': {
        const whole = take(a);
        for (let i = 1; i <= 1 + (b % 3); i += 1) free.push(m.partition(whole, i));
        return;
      }
      case 'array':
        free.push(m.array(`md${disks++}`, [take(a), take(b)]));
        return;
      case 'container': {
        const members = [take(a), take(b)];
        const number = disks++;
        const facts = { level: 'container', metadataVersion: 'external:imsm' };
        m.array(`md${number}`, members, { ...facts, arrayState: 'inactive' });
        free.push(m.array(`md${disks++}`, members, { metadataVersion: `external:/md${number}/0` }));
        return;
      }
      case 'crypt':
        free.push(m.crypt(`crypt-${disks++}`, take(a)));
        return;
      case 'volumes': {
        const physical = b % 2 === 0 ? [take(a)] : [take(a), take(c)];
        const group = disks++;
        for (let i = 0; i <= c % 3; i += 1) free.push(m.volume(`vg${group}-lv--${i}`, physical));
        return;
      }
      case 'thin': {
        const pool = m.dm(`vg-pool${disks++}-tpool`, 'LVM-a-tpool', 'thin-pool', [take(a)]);
        for (let i = 0; i <= b % 2; i += 1) {
          free.push(m.dm(`vg-thin${disks++}`, 'LVM-b', 'thin', [pool]));
        }
        return;
      }
      case 'snapshot':
        free.push(m.dm(`live-rw${disks++}`, '', 'snapshot', [take(a), take(b)]));
        return;
      case 'verity':
        free.push(m.dm(`usr-${disks++}`, 'CRYPT-VERITY-0a-usr', 'verity', [take(a)]));
        return;
      case 'mount':
        drafts.push({ fstype: ['ext4', 'xfs', 'vfat'][b % 3]!, device: take(a), path: c });
        return;
      case 'btrfs': {
        const devices = b % 2 === 0 ? [take(a)] : [take(a), take(c)];
        drafts.push({ fstype: 'btrfs', superblockDevices: devices, path: c });
        return;
      }
      case 'bind':
        if (some.length > 0) {
          const of = some[a % some.length]!;
          if (drafts[of]!.layers === undefined) {
            drafts.push({ ...drafts[of]!, bindOf: drafts[of]!.bindOf ?? of, path: c });
          }
        }
        return;
      case 'detached':
        // Of what lies in two such mounts, nothing tells which one is in the other.
        if (!drafts.some(({ isDetached }) => isDetached)) {
          drafts.push({ fstype: 'squashfs', device: take(a), isDetached: true, path: c });
        }
        return;
      case 'loop':
        if (inFiles.length > 0) {
          const name = m.loop('');
          loops.push({ name, on: inFiles[a % inFiles.length]! });
          free.push(name);
        }
        return;
      case 'overlay':
      case 'aufs':
        if (inFiles.length > 0) {
          const layers = [...new Set([a, b, c].map((n) => inFiles[n % inFiles.length]!))];
          drafts.push({ fstype: kind, layers, path: c });
        }
        return;
      case 'swap': {
        const device = take(a);
        const path = swapPath(device, b);
        m.swap(path);
        swaps.set(path, { device });
        return;
      }
      case 'swap-file':
        if (some.length > 0) swapFiles.push({ on: some[a % some.length]! });
        return;
      case 'bcache': {
        const caches = [take(a)];
        m.group('bcache-set', `set${disks++}`, caches);
        for (let i = 0; i < c % 3; i += 1) free.push(m.bcache([...caches, take(b)]));
        return;
      }
      case 'uncached': {
        const waiting = take(a);
        if (b % 2 === 0) free.push(m.bcache([waiting]));
        else m.group('bcache-backing', waiting, [waiting]);
        return;
      }
      case 'nbd':
        free.push(m.disk(`nbd${disks++}`));
        return;
      case 'fabric':
      case 'session': {
        const number = disks++;
        const names = [1, 2, 3].slice(0, 1 + (b % 3)).map((i) => m.disk(`nvme${number}n${i}`));
        free.push(...names);
        for (let path = 0; path <= c % 2; path += 1) {
          const name = `${kind === 'fabric' ? 'nvme' : 'session'}${number}-${path}`;
          m.group(kind === 'fabric' ? 'nvme-controller' : 'iscsi-session', name, names);
        }
        return;
      }
      case 'pool': {
        // What lies in which of two pools nothing tells, nor that one is made of its own file.
        if (pools.size > 0) return;
        const disk = m.disk(`vd${letters(disks++)}`);
        const devices = [a % 2 === 0 ? disk : m.crypt(`crypt-${disks++}`, disk)];
        const volumes = b % 2 === 0 ? [] : [m.disk(`zd${disks++}`)];
        free.push(...volumes);
        m.group('zfs-pool', 'tank', []);
        pools.set('tank', { devices, volumes });
        drafts.push({ fstype: 'zfs', pool: 'tank', path: c });
        return;
      }
      case 'memory':
        drafts.push({ fstype: 'tmpfs', path: c });
        return;
      case 'interface':
        drafts.push({ fstype: interfaces[a % interfaces.length]!, path: c });
    }
  }

  function swapPath(device: string, n: number): string {
    const { dm } = deviceNamed(device);
    const forms = [`/dev/${device}`, `/oldroot/dev/${device}`, `/${device} (deleted)`];
    if (dm !== undefined) forms.push(`/mapper/${dm.name}`, `/oldsys/dev/mapper/${dm.name}`);
    return forms[n % forms.length]!;
  }

  function deviceNamed(name: string): BlockDevice {
    return m.snapshot().devices.find((device) => device.name === name)!;
  }

  // The exitrd, then the old root and all else hung into it.
  const own = [m.mount('/', 'tmpfs')];
  const ownDevices: string[] = [];
  if (isOnLoop) {
    const loop = m.loop('/shutdownramfs.squashfs');
    own.push(m.mount('/usr', 'squashfs', { device: loop }));
    ownDevices.push(loop);
  }
  for (const [target, fstype] of [
    ['/proc', 'proc'],
    ['/sys', 'sysfs'],
    ['/dev', 'devtmpfs'],
    ['/run', 'tmpfs'],
  ] as const) {
    own.push(m.mount(target, fstype));
  }
  if (drafts.every(({ isDetached }) => isDetached)) drafts.push({ fstype: 'tmpfs', path: 0 });
  const attached = [...drafts.keys()].filter((i) => drafts[i]!.isDetached !== true);
  const root = attached[places[0]! % attached.length]!;
  const placed = new Map<number, MountPoint>();
  const order = [root, ...attached.filter((i) => i !== root)];
  order.forEach((i, n) => placed.set(i, place(i, n)));
  const detached = [...drafts.keys()].filter((i) => drafts[i]!.isDetached);
  for (const i of detached) {
    placed.set(i, m.mount('/', drafts[i]!.fstype, { device: drafts[i]!.device! }));
  }
  const snapshot = finish();
  return {
    snapshot,
    truth: {
      backing: new Map(loops.map(({ name, on }) => [name, placed.get(on)!.mountId])),
      layers: new Map(
        drafts.flatMap(({ layers }, i) =>
          layers === undefined
            ? []
            : [[placed.get(i)!.mountId, layers.map((on) => placed.get(on)!.mountId)]],
        ),
      ),
      swaps,
      pools: new Map(
        [...pools].map(([name, pool]) => {
          const mounts = drafts.flatMap((draft, i) =>
            draft.pool === name ? [placed.get(i)!.mountId] : [],
          );
          return [name, { ...pool, mounts }];
        }),
      ),
      detached: detached.map((i) => placed.get(i)!),
      superblocks: new Map(
        drafts.flatMap(({ superblockDevices: devices, bindOf }, i) =>
          devices === undefined ? [] : [[placed.get(bindOf ?? i)!.devnum, devices]],
        ),
      ),
    },
    protectedMounts: own.map(({ mountId }) => mountId),
    protectedDevices: ownDevices,
  };

  function place(i: number, n: number): MountPoint {
    const draft = drafts[i]!;
    const hosts = [...placed.values()];
    const host = hosts[places[n % places.length]! % Math.max(hosts.length, 1)];
    const isOver = draft.path % 11 === 0 && host !== undefined && canLieOn(i, host);
    const target = n === 0 ? '/oldroot' : isOver ? host.target : `${host!.target}/d${i}`;
    const bindOf = draft.bindOf === undefined ? undefined : placed.get(draft.bindOf);
    const source = draft.superblockDevices?.[0];
    const named = source === undefined ? undefined : deviceNamed(source).dm?.name;
    return m.mount(target, draft.fstype, {
      ...(draft.device !== undefined && { device: draft.device }),
      ...(bindOf !== undefined && { bindOf }),
      ...(draft.pool !== undefined && { source: `${draft.pool}/d${i}` }),
      ...(source !== undefined && {
        source: named === undefined ? `/dev/${source}` : `/dev/mapper/${named}`,
      }),
    });
  }

  /** Where mounts on each other hold files, no path could tell which one does. */
  function canLieOn(i: number, host: MountPoint): boolean {
    const there = [...placed].filter(([, { target }]) => target === host.target).map(([n]) => n);
    const holding = new Set([
      ...loops.map(({ on }) => on),
      ...swapFiles.map(({ on }) => on),
      ...drafts.flatMap(({ layers }, n) => (layers === undefined ? [] : [n, ...layers])),
    ]);
    const storage = [i, ...there].filter((n) => !interfaces.includes(drafts[n]!.fstype));
    return storage.length <= 1 || !storage.some((n) => holding.has(n));
  }

  /** Paths are known only now that everything has its place. */
  function finish(): Snapshot {
    for (const { on } of swapFiles) {
      const path = `${placed.get(on)!.target}/swap${swaps.size}`;
      m.swap(path, 'file');
      swaps.set(path, { mount: placed.get(on)!.mountId });
    }
    const before = m.snapshot();
    const unseen = detached.map((i) => placed.get(i)!.mountId);
    const optionsOf = new Map(
      drafts.flatMap(({ fstype, layers, path }, i) => {
        if (layers === undefined) return [];
        const text = fstype === 'aufs' ? aufsOptions(i, layers) : layerOptions(layers, path);
        return [[placed.get(i)!.mountId, text] as const];
      }),
    );
    return {
      ...before,
      aufs: drafts.flatMap(({ fstype, layers }, i) =>
        fstype === 'aufs' && i % 2 === 0
          ? [{ id: aufsId(i), branches: aufsBranches(layers ?? []) }]
          : [],
      ),
      mounts: before.mounts
        .filter(({ mountId }) => !unseen.includes(mountId))
        .map((mount) => ({
          ...mount,
          superOptions: optionsOf.get(mount.mountId) ?? mount.superOptions,
        })),
      devices: before.devices.map((device) => {
        const loop = loops.find(({ name }) => name === device.name);
        return loop === undefined
          ? device
          : {
              ...device,
              loop: { ...device.loop!, backingFile: pathIn(loop.on, 'file') },
            };
      }),
      multiDevices: drafts.flatMap(({ superblockDevices: devices, bindOf }, i) =>
        devices === undefined || bindOf !== undefined ? [] : [{ uuid: `${i}`, devices }],
      ),
    };
  }

  /** What is in a detached mount has a path that begins there. */
  function pathIn(i: number, name: string): string {
    return drafts[i]!.isDetached === true ? `/${name}` : `${placed.get(i)!.target}/${name}`;
  }

  function aufsBranches(layers: readonly number[]): readonly string[] {
    return layers.map((on, n) => `${pathIn(on, 'layer')}=${n === 0 ? 'rw' : 'ro+wh'}`);
  }

  /** As with the module's parameter brs=1, and as with brs=0. */
  function aufsOptions(i: number, layers: readonly number[]): string {
    const branches = i % 2 === 0 ? '' : `,br:${aufsBranches(layers).join(':')}`;
    return `rw,relatime,si=${aufsId(i)}${branches}`;
  }

  function layerOptions(on: readonly number[], n: number): string {
    // One overlay in another is known by its path only, as is the root of the old tree. What no path
    // tells may be in a detached mount, where there is one.
    const hasToBeFound =
      detached.length > 0 ||
      on.some((i) => drafts[i]!.layers !== undefined || placed.get(i)!.target === '/oldroot');
    const paths = on.map((i) => {
      const { target } = placed.get(i)!;
      if (drafts[i]!.isDetached === true) return `/gone/x${i}`;
      switch (hasToBeFound ? 0 : n % 4) {
        case 0:
          return `${target}/layer`;
        case 1:
          return `/gone/x${i}`;
        default:
          return `${target.slice('/oldroot'.length)}/layer`;
      }
    });
    const [upper, ...lower] = paths;
    return `rw,lowerdir=${lower.length === 0 ? upper : lower.join(':')},upperdir=${upper},workdir=${upper}`;
  }
}

function isStorage({ fstype }: Draft): boolean {
  return ['ext4', 'xfs', 'vfat', 'btrfs', 'zfs', 'squashfs', 'overlay', 'aufs'].includes(fstype);
}

/** The address of a superblock, mixed with a secret. */
function aufsId(i: number): string {
  return `9d4f${i.toString(16).padStart(4, '0')}`;
}

function letters(n: number): string {
  return n < 26 ? String.fromCodePoint(97 + n) : letters(Math.floor(n / 26) - 1) + letters(n % 26);
}

/** The same machine with its lists in another order. */
export function shuffled(snapshot: Snapshot, keys: readonly number[]): Snapshot {
  const shuffle = <T extends MountPoint | SwapArea | BlockDevice>(values: readonly T[]) =>
    values
      .map((value, i) => ({ value, key: keys[i % keys.length]! * ((i * 7) % 31) }))
      .toSorted((a, b) => a.key - b.key)
      .map(({ value }) => value);
  return {
    ...snapshot,
    mounts: shuffle(snapshot.mounts),
    swaps: shuffle(snapshot.swaps),
    devices: shuffle(snapshot.devices),
  };
}
