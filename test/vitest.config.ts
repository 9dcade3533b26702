/**
 * Three projects: `unit` needs nothing but Node, `image` builds and opens real images on the host,
 * `vm` boots machines. A check that cannot run here fails; none is skipped. They run one after the
 * other, so that no other test competes with the virtual machines for the processors.
 */
import { defineConfig } from 'vitest/config';
import { LongestFirst } from './longest-first.ts';

export default defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/unit/**/*.test.ts'],
          // Against hanging alone: a machine may be busy.
          testTimeout: 60_000,
          maxWorkers: '100%',
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: 'image',
          include: ['test/image/**/*.test.ts'],
          testTimeout: 180_000,
          hookTimeout: 600_000,
          // The default leaves one processor to vitest, which only waits.
          maxWorkers: '100%',
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: 'vm',
          include: ['test/vm/**/*.test.ts'],
          testTimeout: 600_000,
          hookTimeout: 1_200_000,
          // Of a machine's one virtual processor each needs a core.
          maxWorkers: 2,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
