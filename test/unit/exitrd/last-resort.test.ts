import { expect, test } from 'vitest';
import { lastResorts } from '../../../src/exitrd/last-resort.ts';
import { planTeardown } from '../../../src/plan/plan-teardown.ts';
import { machine } from '../../support/machine.ts';

const all = { lazyUnmount: true, errorTable: true };
const none = { lazyUnmount: false, errorTable: false };

/** `inMemory`: a file system of that kind is mounted in the data too. */
function stack(inMemory?: string) {
  const built = machine();
  const crypt = built.crypt('crypt', built.disk('vda'));
  const [root, data] = ['root', 'data'].map((name) => built.volume(`vg-${name}`, [crypt]));
  built.mount('/oldroot', 'ext4', { device: root ?? '' });
  built.mount('/oldroot/data', 'ext4', { device: data ?? '' });
  if (inMemory !== undefined) built.mount('/oldroot/data/memory', inMemory);
  const snapshot = built.snapshot();
  const idOf = (target: string) =>
    snapshot.mounts.find((mount) => mount.target === target)?.mountId ?? 0;
  const plan = planTeardown(snapshot, { oldRoot: '/oldroot', asideDirectory: '/mnt' });
  const resortsOf = (
    allowed: typeof all,
    targets: readonly string[],
    { everything = true, gone = [] as readonly string[] } = {},
  ) =>
    lastResorts(
      allowed,
      snapshot,
      plan,
      { mountIds: new Set(targets.map(idOf)), everything },
      (device) => gone.includes(device),
    ).map(({ step }) => step.id);
  return { resortsOf, data: data ?? '' };
}

const both = ['/oldroot', '/oldroot/data'];

test('nothing of it unless configured', () => {
  expect(stack().resortsOf(none, both)).toEqual([]);
});

test('the upper ones first, and never a crypt device', () => {
  const { resortsOf } = stack();
  expect(resortsOf({ ...none, lazyUnmount: true }, both)).toEqual([
    'unmount /oldroot/data',
    'unmount /oldroot',
  ]);
  expect(resortsOf({ ...none, errorTable: true }, both).toSorted()).toEqual([
    'remove-dm vg-data',
    'remove-dm vg-root',
  ]);
});

test('what could not be flushed is left alone, and all that lies below it', () => {
  expect(stack().resortsOf(all, ['/oldroot'])).toEqual([]);
  expect(stack().resortsOf(all, ['/oldroot/data'])).toEqual([
    'unmount /oldroot/data',
    'remove-dm vg-data',
  ]);
});

test('a device that is gone has nothing to lose', () => {
  const { resortsOf, data } = stack();
  expect(resortsOf(all, ['/oldroot'], { gone: [data] }).toSorted()).toEqual([
    'remove-dm vg-data',
    'remove-dm vg-root',
    'unmount /oldroot',
    'unmount /oldroot/data',
  ]);
});

test('without a flush of everything no device is taken, since something unseen may be on it', () => {
  expect(stack().resortsOf({ ...none, errorTable: true }, both, { everything: false })).toEqual([]);
});

test.each(['tmpfs', 'overlay'])(
  'a mount with a %s in it stays, which is to be emptied',
  (fstype) => {
    expect(stack(fstype).resortsOf(all, [...both, '/oldroot/data/memory'])).toEqual([]);
  },
);
