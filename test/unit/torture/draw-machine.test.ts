import { describe, expect, test } from 'vitest';
import { demandsOf, layersToOpen } from '../../torture/demands.ts';
import { describeMachine } from '../../torture/describe-machine.ts';
import { drawMachine } from '../../torture/draw-machine.ts';
import { diskMountKinds, mountsOf, type DrawnMachine } from '../../torture/drawn-machine.ts';
import { machineScript } from '../../torture/machine-script.ts';
import { depthOf } from '../../torture/reach.ts';

const machines = Array.from({ length: 500 }, (_, seed) => drawMachine(seed));

test('a seed draws the same machine each time, and another than its neighbour', () => {
  for (const machine of machines.slice(0, 50)) {
    expect(drawMachine(machine.seed)).toEqual(machine);
    expect(describeMachine(drawMachine(machine.seed + 1))).not.toBe(describeMachine(machine));
  }
});

test('nothing lies on what is made later, and the root is a mount', () => {
  for (const { seed, layers, root } of machines) {
    const made = new Set<string>();
    for (const { on, makes } of layers) {
      for (const id of on) expect(made, `seed ${seed}`).toContain(id);
      for (const id of makes) made.add(id);
    }
    expect(made).toContain(root);
  }
});

/** All that occur among what machines have. */
function kindsIn(of: (machine: DrawnMachine) => readonly { readonly kind: string }[]) {
  return [
    ...new Set(machines.flatMap((machine) => of(machine).map(({ kind }) => kind))),
  ].toSorted();
}

describe('of five hundred machines', () => {
  test('some have each kind of layer', () => {
    expect(kindsIn(({ layers }) => layers)).toMatchInlineSnapshot(`
      [
        "array",
        "btrfs",
        "cached",
        "disk",
        "ext4",
        "group",
        "integrity",
        "linear",
        "loop",
        "luks",
        "memory",
        "overlay",
        "partitions",
        "plain",
        "pool",
        "snapshot",
        "swap",
        "swapfile",
        "thin",
        "vfat",
        "volume",
        "zram",
      ]
    `);
  });

  test('some have each kind of fault', () => {
    expect(kindsIn(({ faults }) => faults)).toMatchInlineSnapshot(`
      [
        "failing",
        "frozen",
        "full",
        "holder",
        "killed",
        "member",
        "namespace",
        "suspended",
        "tool",
        "unplugged",
      ]
    `);
  });

  test('none is wider or deeper than asked for', () => {
    const depths = machines.flatMap(({ layers }) =>
      layers.flatMap(({ makes }) => makes.map((id) => depthOf(layers, id))),
    );
    const widths = machines.map((machine) => mountsOf(machine, diskMountKinds).length);
    expect([Math.max(...depths), Math.max(...widths)]).toEqual([6, 8]);
  });
});

test('its script names each layer, and quotes what the shell would read otherwise', () => {
  const machine = machines.find(({ layers }) => layers.some(({ name }) => name === "it's"))!;
  const script = machineScript(machine, 'make');
  expect(script).toMatch(/^layer \w+ d\d+ d\d+ 'it'\\''s' 'it\\x27s' [0-9a-f]+( |$)/m);
  expect(script.match(/^layer /gm)).toHaveLength(machine.layers.length);
});

test('what is opened again is what something is demanded of, and all below it', () => {
  for (const machine of machines) {
    const open = layersToOpen(machine);
    const made = new Set(open.flatMap(({ makes }) => makes));
    for (const [id, demand] of demandsOf(machine)) {
      expect(made.has(id) || demand === 'nothing', `seed ${machine.seed}`).toBe(true);
    }
    for (const { on } of open) for (const id of on) expect(made).toContain(id);
  }
});
