import { expect, test } from 'vitest';
import type { Unmount } from '../../../src/plan/plan.ts';
import { explainFailure } from '../../../src/exitrd/explain-failure.ts';

test.each([
  ['/oldroot/run/live/medium', 'target is busy (never-move keeps it where it is)'],
  ['/oldroot/run', 'target is busy (never-move keeps it where it is)'],
  ['/run/live/medium', 'target is busy (never-move keeps it where it is)'],
  ['/oldroot/run/live/rootfs', 'target is busy'],
  ['/oldroot/run/live/medium2', 'target is busy'],
  ['/mnt/27', 'target is busy'],
])('%s: %s', (target, reason) => {
  const step: Unmount = {
    kind: 'unmount',
    id: `unmount ${target}`,
    needs: [],
    after: [],
    mountId: 27,
    target,
    devnum: '8:1',
    fstype: 'vfat',
    lazy: false,
  };
  const options = {
    oldRoot: '/oldroot',
    asideDirectory: '/mnt',
    neverMove: ['/run/live/medium', '/home'],
  };
  const outcome = { step, result: 'failed', reason: 'target is busy' } as const;
  expect(explainFailure(outcome, options).reason).toBe(reason);
});
