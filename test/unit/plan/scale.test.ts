/** The planner runs in the thread that must never hang: no shape of thousands of mounts may cost it more than seconds. */
import { expect, test } from 'vitest';
import { planTeardown } from '../../../src/plan/plan-teardown.ts';
import { parseMountinfo } from '../../../src/snapshot/parse-mountinfo.ts';

const options = { oldRoot: '/oldroot', asideDirectory: '/mnt' };

/** How many, and the line of mount number i, whose id is i + 10; the old root's is 2. */
const shapes: Readonly<Record<string, readonly [count: number, line: (i: number) => string]>> = {
  'side by side': [20_000, (i) => `${i + 10} 2 0:${i + 100} / /oldroot/m${i} rw - tmpfs x rw`],
  // Their paths are longer than any that a system call takes.
  'in each other': [
    5_000,
    (i) =>
      `${i + 10} ${i === 0 ? 2 : i + 9} 0:${i + 100} / /oldroot${'/a'.repeat(i + 1)} rw - tmpfs x rw`,
  ],
  'on each other': [
    20_000,
    (i) => `${i + 10} ${i === 0 ? 2 : i + 9} 0:${i + 100} / /oldroot/a rw - tmpfs x rw`,
  ],
  'in containers whose layers nothing shows': [
    20_000,
    (i) => {
      const merged = `/oldroot/var/lib/containers/c${i - (i % 10)}/merged`;
      return i % 10 === 0
        ? `${i + 10} 2 0:${i + 100} / ${merged} rw - overlay overlay rw,lowerdir=/var/lib/containers/l${i}/diff`
        : `${i + 10} ${i - (i % 10) + 10} 0:${i + 100} / ${merged}/d${i} rw - tmpfs x rw`;
    },
  ],
};

test.each(Object.entries(shapes))('mounts %s', { timeout: 120_000 }, (_, [count, line]) => {
  const lines = Array.from({ length: count }, (_, i) => line(i));
  const { mounts } = parseMountinfo(
    ['1 0 0:1 / / rw - rootfs x rw', '2 1 8:1 / /oldroot rw - ext4 /dev/sda1 rw', ...lines].join(
      '\n',
    ),
  );
  const { waves } = planTeardown(
    {
      version: 1,
      mounts,
      swaps: [],
      devices: [],
      multiDevices: [],
      garbledLines: 0,
      commandLine: '',
    },
    options,
  );
  const steps = waves.flat();
  expect(steps.filter(({ kind }) => kind === 'unmount')).toHaveLength(count + 1);
  const edges = steps.flatMap(({ needs, after }) => [...needs, ...after]);
  expect(edges.length).toBeLessThan(20 * count);
});
