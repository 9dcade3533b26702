import { expect, test } from 'vitest';
import { planTeardown } from '../../../src/plan/plan-teardown.ts';
import { machine, mountExitrd, type Machine } from '../../support/machine.ts';

/** The ids of each wave, without the steps for the old root's kernel interfaces. */
function planIs(name: string, build: (m: Machine) => void, expected: readonly string[][]): void {
  test(name, () => {
    const m = machine();
    build(m);
    const { waves } = planTeardown(m.snapshot(), { oldRoot: '/oldroot', asideDirectory: '/mnt' });
    expect(waves.map((wave) => wave.map(({ id }) => id))).toEqual(expected);
  });
}

planIs('nothing', () => undefined, []);
planIs('an exitrd alone', (m) => m.mount('/', 'tmpfs'), []);
planIs(
  'a cycle: root on a loop file in a mount below root',
  (m) => {
    const volume = m.volume('vg0-base', [m.crypt('cryptroot', m.disk('vda'))]);
    const loop = m.loop('/oldroot/base/root.img');
    m.mount('/', 'tmpfs');
    m.mount('/oldroot', 'ext4', { device: loop });
    m.mount('/oldroot/base', 'ext4', { device: volume });
  },
  [
    ['move-mount /oldroot/base'],
    ['unmount /oldroot'],
    ['detach-loop loop0'],
    ['unmount /oldroot/base'],
    ['remove-dm vg0-base'],
    ['close-crypt cryptroot'],
  ],
);

test('kernel interfaces are detached with all below, users memory is unmounted for real', () => {
  const m = machine();
  mountExitrd(m, () => m.mount('/oldroot', 'ext4', { device: m.disk('vda') }));
  const { waves } = planTeardown(m.snapshot(), { oldRoot: '/oldroot', asideDirectory: '/mnt' });
  const unmounts = waves.flat().filter((step) => step.kind === 'unmount');
  expect(unmounts.map(({ target, lazy }) => `${target}${lazy ? ' lazy' : ''}`)).toEqual([
    '/dev/shm',
    '/oldroot/dev/shm',
    '/oldroot/proc lazy',
    '/oldroot/run lazy',
    '/oldroot/sys lazy',
    '/oldroot/tmp',
    '/oldroot/dev lazy',
    '/oldroot',
  ]);
});
