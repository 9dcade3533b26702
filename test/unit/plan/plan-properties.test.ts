import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { isAtOrBelow } from '../../../src/plan/path.ts';
import { planTeardown } from '../../../src/plan/plan-teardown.ts';
import type { PlanOptions, TeardownStep } from '../../../src/plan/plan.ts';
import { renderPlan } from '../../../src/plan/render-plan.ts';
import { renderStack } from '../../../src/plan/render-stack.ts';
import type {
  DeviceGroupKind,
  Devnum,
  Snapshot,
  SwapArea,
} from '../../../src/snapshot/snapshot.ts';
import { generatedStack, shuffled, type GeneratedStack } from '../../support/generated-stack.ts';
import { SimulatedKernel } from '../../support/simulated-kernel.ts';

const options: PlanOptions = { oldRoot: '/oldroot', asideDirectory: '/mnt' };

/** Many small machines, which shrink well, and a few of hundreds of devices. */
const sizes = [
  { size: 25, numRuns: 400 },
  { size: 400, numRuns: 12 },
];

test.each(sizes)('holds for machines of up to $size layers', ({ size, numRuns }) => {
  fc.assert(
    fc.property(generatedStack(size), (stack) => {
      const plan = planTeardown(stack.snapshot, options);
      const kernel = new SimulatedKernel(stack.snapshot, stack.truth);
      kernel.execute(plan);
      const left = kernel.snapshot();
      expect(left.devices.filter(({ dm }) => dm?.targets.includes('crypt'))).toEqual([]);
      expect(left.mounts.filter(({ target }) => target.startsWith('/oldroot'))).toEqual([]);
      expect(left.swaps).toEqual([]);
      expect(left.deviceGroups).toEqual([]);
      expect(planTeardown(left, options).waves).toEqual([]);
      const allowed = touchable(stack);
      expect(plan.waves.flat().filter((step) => !allowed.has(touched(step)))).toEqual([]);
    }),
    { numRuns },
  );
});

test('holds when steps start as soon as what they wait for has ended, in any order', () => {
  const choices = fc.array(fc.nat({ max: 1000 }), { minLength: 1, maxLength: 60 });
  fc.assert(
    fc.property(generatedStack(40), choices, ({ snapshot, truth }, choices) => {
      const kernel = new SimulatedKernel(snapshot, truth);
      kernel.executeInAnyOrder(planTeardown(snapshot, options), choices);
      expect(planTeardown(kernel.snapshot(), options).waves).toEqual([]);
    }),
    { numRuns: 400 },
  );
});

test('moves nothing that must not be moved, and brings all down none the less', () => {
  fc.assert(
    fc.property(generatedStack(25), fc.nat({ max: 40 }), ({ snapshot, truth }, n) => {
      const targets = snapshot.mounts.map(({ target }) => target);
      // Of mounts on each other, the one below could neither be reached nor be moved.
      fc.pre(new Set(targets).size === targets.length);
      const fixed = targets[n % targets.length]!;
      const plan = planTeardown(snapshot, { ...options, neverMove: [fixed] });
      const moved = plan.waves.flat().filter((step) => step.kind === 'move-mount');
      expect(moved.filter(({ from }) => isAtOrBelow(fixed, from))).toEqual([]);
      const kernel = new SimulatedKernel(snapshot, truth);
      kernel.execute(plan);
      expect(
        kernel.snapshot().mounts.filter(({ target }) => target.startsWith('/oldroot')),
      ).toEqual([]);
    }),
    { numRuns: 300 },
  );
});

test('does not depend on the order of the input', () => {
  fc.assert(
    fc.property(
      generatedStack(40),
      fc.array(fc.nat({ max: 97 }), { minLength: 5, maxLength: 40 }),
      ({ snapshot }, keys) => {
        expect(planTeardown(shuffled(snapshot, keys), options)).toEqual(
          planTeardown(snapshot, options),
        );
      },
    ),
    { numRuns: 150 },
  );
});

test('plans any snapshot, however damaged', () => {
  const name = fc.constantFrom(
    'dm-0',
    'dm-1',
    'md0',
    'loop0',
    'vda',
    'vda1',
    'nbd0',
    'zd0',
    'bcache0',
    '',
  );
  const names = fc.array(name, { maxLength: 3 });
  const path = fc.constantFrom('/', '/oldroot', '/oldroot/a', '/oldroot/a/b', '/mnt/3', '/run', '');
  const devnum = fc.constantFrom<Devnum>('0:1', '253:0', '253:1', '7:0');
  const dm = { name: 'a', uuid: '', suspended: false, targets: ['crypt'] };
  const mount = fc.record({
    mountId: fc.nat(6),
    parentId: fc.nat(6),
    devnum,
    root: path,
    target: path,
    options: fc.string(),
    tags: fc.constantFrom([], ['shared:1']),
    fstype: fc.constantFrom('ext4', 'overlay', 'btrfs', 'tmpfs', 'proc', ''),
    source: fc.constantFrom('/dev/dm-0', '/dev/mapper/a', 'x', ''),
    superOptions: fc.constantFrom('', 'lowerdir=/a:/oldroot/a/b,upperdir=/x', 'lowerdir=\\'),
  });
  const swap = fc.record({
    path,
    kind: fc.constantFrom<SwapArea['kind']>('partition', 'file'),
    sizeKib: fc.nat(),
    usedKib: fc.nat(),
    priority: fc.integer(),
  });
  const device = fc.record(
    {
      name,
      devnum,
      sizeSectors: fc.nat(),
      readOnly: fc.boolean(),
      slaves: names,
      holders: names,
      partitionOf: name,
      dm: fc.constant(dm),
      loop: path.map((backingFile) => ({ backingFile, autoclear: false, offset: 0 })),
    },
    { requiredKeys: ['name', 'devnum', 'sizeSectors', 'readOnly', 'slaves', 'holders'] },
  );
  const groupKind = fc.constantFrom<DeviceGroupKind>(
    'bcache-set',
    'bcache-backing',
    'zfs-pool',
    'iscsi-session',
    'nvme-controller',
  );
  const snapshot: fc.Arbitrary<Snapshot> = fc.record({
    version: fc.constant(1),
    mounts: fc.array(mount, { maxLength: 12 }),
    swaps: fc.array(swap, { maxLength: 3 }),
    devices: fc.array(device, { maxLength: 8 }),
    multiDevices: fc.array(fc.record({ uuid: fc.string(), devices: names }), { maxLength: 2 }),
    deviceGroups: fc.array(fc.record({ kind: groupKind, name, devices: names }), { maxLength: 4 }),
    garbledLines: fc.nat(),
    commandLine: fc.string(),
  });
  fc.assert(
    fc.property(snapshot, fc.constantFrom('/', '/oldroot'), (snapshot, oldRoot) => {
      const plan = planTeardown(snapshot, { ...options, oldRoot, busy: ['/oldroot/a'] });
      const ids = plan.waves.flat().map(({ id }) => id);
      expect(new Set(ids).size).toBe(ids.length);
      expect(`${renderStack(snapshot)}${renderPlan(plan)}`).not.toBe('');
    }),
    { numRuns: 1000 },
  );
});

test('what a step waits for is in earlier waves', () => {
  fc.assert(
    fc.property(generatedStack(40), ({ snapshot }) => {
      const done = new Set<string>();
      for (const wave of planTeardown(snapshot, options).waves) {
        for (const { needs, after } of wave) {
          expect([...needs, ...after].filter((id) => !done.has(id))).toEqual([]);
        }
        for (const { id } of wave) {
          expect(done).not.toContain(id);
          done.add(id);
        }
      }
    }),
    { numRuns: 150 },
  );
});

function touched(step: TeardownStep): string {
  if ('mountId' in step) return `mount ${step.mountId}`;
  if (step.kind === 'dissolve-group') return `group ${step.name}`;
  return step.kind === 'disable-swap' ? `swap ${step.path}` : `device ${step.device}`;
}

/** What a plan may touch: what is in the snapshot, but for what is protected. */
function touchable(stack: GeneratedStack): ReadonlySet<string> {
  const { mounts, devices, swaps, deviceGroups = [] } = stack.snapshot;
  return new Set([
    ...mounts
      .filter(({ mountId }) => !stack.protectedMounts.includes(mountId))
      .map(({ mountId }) => `mount ${mountId}`),
    ...swaps.map(({ path }) => `swap ${path}`),
    ...deviceGroups.map(({ name }) => `group ${name}`),
    ...devices
      .filter(({ name }) => !stack.protectedDevices.includes(name))
      .map(({ name }) => `device ${name}`),
  ]);
}
