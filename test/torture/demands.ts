/**
 * What a shutdown owes each file system of a drawn machine: all of them `clean`, unless what is wrong with the
 * machine takes that away. Pure.
 */
import {
  diskMountKinds,
  mountsOf,
  type DrawnFault,
  type DrawnMachine,
  type Layer,
} from './drawn-machine.ts';

/** `data`: known data intact, after the journal was replayed. `nothing`: its device was dead, or waited for ever. */
export type Demand = 'clean' | 'data' | 'nothing';

/** By the ids of mounts; file systems that need no disk are not among them. */
export function demandsOf(machine: DrawnMachine): ReadonlyMap<string, Demand> {
  const lost = lostIds(machine);
  const best = machine.faults.some(isInTheWay) ? 'data' : 'clean';
  return new Map(
    mountsOf(machine, diskMountKinds).map(({ makes: [id = ''] }) => [
      id,
      lost.has(id) ? 'nothing' : best,
    ]),
  );
}

/** Whether the report has to say that all is down. */
export function hasToBeClean({ faults }: DrawnMachine): boolean {
  return faults.every(
    (fault) =>
      fault.kind === 'holder' ||
      fault.kind === 'namespace' ||
      fault.kind === 'frozen' ||
      fault.kind === 'full' ||
      (fault.kind === 'suspended' && fault.after === undefined),
  );
}

/** The executable is what is broken: the guard ends the machine, and nobody reports. */
export function mayBeSilent({ faults }: DrawnMachine): boolean {
  return faults.some(({ kind }) => kind === 'killed');
}

/** Nothing can be unmounted by what nobody runs, or by a tool that is none. */
function isInTheWay(fault: DrawnFault): boolean {
  return fault.kind === 'killed' || (fault.kind === 'tool' && fault.path.endsWith('mount'));
}

/** Devices and mounts that answer no more, or fail. */
function lostIds({ layers, faults }: DrawnMachine): ReadonlySet<string> {
  const lost = new Set(faults.flatMap(brokenBy));
  const hung = new Set(faults.flatMap(hungBy));
  const members = faults.flatMap((fault) => (fault.kind === 'member' ? [fault] : []));
  for (const layer of layers) {
    const gone = layer.on.filter((id) => lost.has(id));
    const silent = layer.on.some((id) => hung.has(id));
    const failed = members
      .filter(({ array }) => layer.kind === 'array' && array === layer.name)
      .flatMap(({ member }) => layer.on.slice(member, member + 1));
    const dead = new Set([...gone, ...failed]);
    if (silent || (isMirror(layer) ? dead.size === layer.on.length : dead.size > 0)) {
      for (const id of layer.makes) (silent ? hung : lost).add(id);
    }
  }
  return new Set([...lost, ...hung]);
}

function isMirror({ kind, words }: Layer): boolean {
  return kind === 'array' && words?.[0] !== '0';
}

function brokenBy(fault: DrawnFault): readonly string[] {
  if (fault.kind === 'unplugged') return [fault.disk];
  return fault.kind === 'failing' && fault.target !== 'delay' ? [fault.device] : [];
}

function hungBy(fault: DrawnFault): readonly string[] {
  if (fault.kind === 'suspended' && fault.after !== undefined) return [fault.device];
  return fault.kind === 'failing' && fault.target === 'delay' ? [fault.device] : [];
}

/** The layers below the file systems that something is demanded of, those included. */
export function layersToOpen(machine: DrawnMachine): readonly Layer[] {
  const wanted = new Set(
    [...demandsOf(machine)].flatMap(([id, demand]) => (demand === 'nothing' ? [] : [id])),
  );
  const open = new Set<Layer>();
  for (const layer of machine.layers.toReversed()) {
    if (!layer.makes.some((id) => wanted.has(id)) && !isGroupOf(layer, open)) continue;
    open.add(layer);
    for (const id of layer.on) wanted.add(id);
  }
  return [...open];
}

/** A group makes no device itself. */
function isGroupOf({ kind, name }: Layer, open: ReadonlySet<Layer>): boolean {
  return kind === 'group' && [...open].some((layer) => layer.name?.startsWith(`${name}/`));
}
