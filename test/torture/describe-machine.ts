/** A drawn machine in one line: `halt · luks(d1) ext4(…) · root m3 · holder m4`. Pure. */
import { mountKinds, type DrawnFault, type DrawnMachine, type Layer } from './drawn-machine.ts';

export function describeMachine(machine: DrawnMachine): string {
  const { verb, systemd, layers, root, places, faults } = machine;
  const users = layers.filter(({ kind }) => mountKinds.includes(kind) || kind.startsWith('swap'));
  const tops = users.map((layer) => {
    const mark = layer.makes.includes(root) ? '/' : '';
    return `${mark}${describeLayer(layers, layer)}`;
  });
  const others = places.filter(({ kind }) => kind !== 'move').map(({ kind }) => kind);
  const wrong = faults.length === 0 ? 'no fault' : faults.map(describeFault).join(' + ');
  return [`${verb} ${systemd}`, tops.join('  '), ...others, wrong].join(' | ');
}

/** `ext4:m4<luks<array1(d1,d2)`: from the top down. */
function describeLayer(layers: readonly Layer[], layer: Layer): string {
  const id = mountKinds.includes(layer.kind) ? `:${layer.makes.join('')}` : '';
  const below = layer.on.map((on) => {
    const lower = layers.find(({ makes }) => makes.includes(on))!;
    return mountKinds.includes(lower.kind) ? on : describeLayer(layers, lower);
  });
  const name =
    layer.kind === 'disk' ? layer.name : layer.kind === 'array' ? layer.name : layer.kind;
  const level = layer.kind === 'array' ? `raid${layer.words?.join('-')}` : '';
  const lower =
    below.length > 1 ? `(${below.join(',')})` : below.length === 1 ? `<${below[0]}` : '';
  return `${name}${level && `:${level}`}${id}${lower}`;
}

function describeFault(fault: DrawnFault): string {
  const { kind, ...facts } = fault;
  const words = Object.entries(facts).map(([name, value]) =>
    name === 'after' ? `at ${value}s` : `${value}`,
  );
  return [kind, ...words].join(' ');
}
