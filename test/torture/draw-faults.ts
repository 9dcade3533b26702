/** Draws what is wrong with a machine. What cannot be wrong with it, since it has no such part, is not. */
import type { DrawnFault, DrawnMachine, Layer, LayerKind } from './drawn-machine.ts';
import type { Lot } from './lot.ts';
import { liesOn } from './reach.ts';

type Sound = Omit<DrawnMachine, 'faults'>;

const kinds: Readonly<Record<DrawnFault['kind'], number>> = {
  holder: 3,
  namespace: 1,
  frozen: 2,
  failing: 4,
  suspended: 2,
  unplugged: 2,
  member: 2,
  killed: 1,
  tool: 2,
  full: 1,
};

/** The shutdown of a short machine takes about this long. */
const shutdownSeconds = 2.5;

export function drawFaults(lot: Lot, machine: Sound): readonly DrawnFault[] {
  const count = lot.pick([0, 0, 0, 0, 1, 1, 1, 1, 1, 2, 2, 2, 3, 3]);
  const faults: DrawnFault[] = [];
  for (let turn = 0; turn < count; turn += 1) {
    const kind = lot.pickBy(kinds);
    const fault = drawFault(lot, machine, kind);
    if (fault !== undefined && !faults.some((other) => other.kind === kind)) faults.push(fault);
  }
  return faults;
}

function drawFault(lot: Lot, machine: Sound, kind: DrawnFault['kind']): DrawnFault | undefined {
  const { layers, root } = machine;
  const having = (...wanted: readonly LayerKind[]) =>
    layers.filter((one) => wanted.includes(one.kind));
  const after = lot.seconds(shutdownSeconds);
  switch (kind) {
    case 'holder': {
      const mount = lot.pick(having('ext4', 'btrfs', 'vfat', 'memory', 'overlay')).makes[0]!;
      return { kind, mount, daemon: lot.chance(0.4) };
    }
    case 'namespace':
      return { kind };
    case 'frozen': {
      // Of the root's own the hand-over reads, and what is below it would stop that too.
      const safe = having('ext4', 'btrfs').filter(({ makes }) => !liesOn(layers, root, makes[0]!));
      return safe.length === 0 ? undefined : { kind, mount: lot.pick(safe).makes[0]! };
    }
    case 'failing': {
      const candidates = having('linear', 'volume').filter(isOfOnePart);
      if (candidates.length === 0) return undefined;
      const target = lot.pick(['error', 'error', 'flakey', 'delay'] as const);
      return { kind, ...nameOf(lot.pick(candidates)), target, after };
    }
    case 'suspended': {
      const candidates = having('linear', 'volume', 'luks', 'plain', 'cached', 'integrity');
      if (candidates.length === 0) return undefined;
      const layer = lot.pick(candidates);
      const isBefore = lot.chance(0.6) && !liesOn(layers, root, layer.makes[0]!);
      return { kind, ...nameOf(layer), ...(isBefore ? {} : { after }) };
    }
    case 'unplugged': {
      const disk = lot.pick(having('disk'));
      return { kind, disk: disk.makes[0]!, serial: disk.name!, after };
    }
    case 'member': {
      const arrays = having('array').filter(({ on, words }) => on.length > 1 && words?.[0] === '1');
      if (arrays.length === 0) return undefined;
      const array = lot.pick(arrays);
      return { kind, array: array.name!, member: lot.between(0, array.on.length - 1), after };
    }
    case 'killed': {
      const signal = lot.pick(['KILL', 'KILL', 'SEGV', 'ABRT', 'KILL', 'BUS', 'STOP']);
      return { kind, signal, after };
    }
    case 'tool': {
      const path = lot.pick([
        'sbin/dmsetup',
        'sbin/mdadm',
        'sbin/lvm',
        'sbin/cryptsetup',
        'bin/umount',
        'bin/mount',
      ]);
      return { kind, path: `/usr/${path}`, does: lot.pick(['hangs', 'fails', 'lies', 'babbles']) };
    }
    case 'full':
      return { kind, directory: lot.pick(['/run', '/run/initramfs']) };
  }
}

/** Its table is one line, which another can take the place of. */
function isOfOnePart({ words = [] }: Layer): boolean {
  return words.length === 0;
}

function nameOf({ name, makes }: Layer): { device: string; name: string } {
  return { device: makes[0]!, name: name!.replace('/', '-') };
}
