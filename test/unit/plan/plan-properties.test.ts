import fc from 'fast-check';
import { expect, test } from 'vitest';
import { planTeardown } from '../../../src/plan/plan-teardown.ts';
import type { PlanOptions, TeardownStep } from '../../../src/plan/plan.ts';
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
      expect(planTeardown(left, options).waves).toEqual([]);
      touchesNothingProtected(stack, plan.waves.flat());
    }),
    { numRuns },
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

test('needs name steps of earlier waves', () => {
  fc.assert(
    fc.property(generatedStack(40), ({ snapshot }) => {
      const done = new Set<string>();
      for (const wave of planTeardown(snapshot, options).waves) {
        for (const step of wave) expect(step.needs.filter((id) => !done.has(id))).toEqual([]);
        for (const { id } of wave) {
          expect(done).not.toContain(id);
          done.add(id);
        }
      }
    }),
    { numRuns: 150 },
  );
});

function touchesNothingProtected(stack: GeneratedStack, steps: readonly TeardownStep[]): void {
  const { mounts, devices, swaps } = stack.snapshot;
  for (const step of steps) {
    if ('mountId' in step) {
      expect(stack.protectedMounts).not.toContain(step.mountId);
      expect(mounts.map(({ mountId }) => mountId)).toContain(step.mountId);
    } else if (step.kind === 'disable-swap') {
      expect(swaps.map(({ path }) => path)).toContain(step.path);
    } else {
      expect(stack.protectedDevices).not.toContain(step.device);
      expect(devices.map(({ name }) => name)).toContain(step.device);
    }
  }
}
