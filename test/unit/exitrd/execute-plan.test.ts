import { expect, test, vi } from 'vitest';
import { startBudget } from '../../../src/exitrd/budget.ts';
import { executePlan, type Run } from '../../../src/exitrd/execute-plan.ts';
import type { TeardownPlan, TeardownStep } from '../../../src/plan/plan.ts';

const unmount = (
  target: string,
  needs: readonly string[] = [],
  lazy = false,
  after: readonly string[] = [],
): TeardownStep => ({
  kind: 'unmount',
  id: target,
  needs,
  after,
  mountId: 1,
  target,
  devnum: '8:1',
  fstype: 'ext4',
  lazy,
});

/** Runs nothing; fails for the targets named, and writes down what was asked for. */
function record(failing: readonly string[] = []): { run: Run; asked: string[] } {
  const asked: string[] = [];
  const run: Run = (command) => {
    asked.push(command.slice(1).join(' '));
    const ok = !failing.some((target) => command.includes(target));
    return Promise.resolve({ ok, reason: ok ? '' : 'target is busy.', stdout: '', stderr: '' });
  };
  return { run, asked };
}

const plan = (...waves: TeardownStep[][]): TeardownPlan => ({ version: 2, waves });

test('a step whose need failed is not tried', async () => {
  const { run, asked } = record(['/oldroot/data']);
  const outcomes = await executePlan(
    plan(
      [unmount('/oldroot/data'), unmount('/oldroot/tmp')],
      [unmount('/oldroot', ['/oldroot/data'])],
      [unmount('/x', ['/oldroot'])],
    ),
    startBudget(0),
    run,
  );
  expect(outcomes.map(({ step, result, reason }) => [step.id, result, reason])).toEqual([
    ['/oldroot/data', 'failed', 'target is busy.'],
    ['/oldroot/tmp', 'done', ''],
    ['/oldroot', 'skipped', '/oldroot/data'],
    ['/x', 'skipped', '/oldroot'],
  ]);
  expect(asked).toEqual(['-n -c -i /oldroot/data', '-n -c -i /oldroot/tmp']);
});

/** Each target ends when it is told to. */
function control() {
  const running = new Map<string, (ok: boolean) => void>();
  const run: Run = (command) =>
    new Promise((resolve) => {
      running.set(command.at(-1)!, (ok) => {
        resolve({ ok, reason: ok ? '' : 'target is busy.', stdout: '', stderr: '' });
      });
    });
  const end = async (target: string, ok = true) => {
    running.get(target)!(ok);
    running.delete(target);
    await new Promise(setImmediate);
  };
  return { run, end, running: () => [...running.keys()] };
}

test('what is slow delays nothing but what waits for it', async () => {
  const { run, end, running } = control();
  const outcomes = executePlan(
    plan(
      [unmount('/slow'), unmount('/a'), unmount('/wrong')],
      [unmount('/b', ['/a']), unmount('/below', ['/slow']), unmount('/c', [], false, ['/wrong'])],
      [unmount('/d', ['/b'])],
    ),
    startBudget(0),
    run,
  );
  expect(running()).toEqual(['/slow', '/a', '/wrong']);
  await end('/a');
  expect(running()).toEqual(['/slow', '/wrong', '/b']);
  await end('/wrong', false);
  await end('/b');
  expect(running()).toEqual(['/slow', '/c', '/d']);
  await end('/d');
  await end('/c');
  await end('/slow');
  await end('/below');
  expect((await outcomes).map(({ step, result }) => [step.id, result])).toEqual([
    ['/slow', 'done'],
    ['/a', 'done'],
    ['/wrong', 'failed'],
    ['/b', 'done'],
    ['/below', 'done'],
    ['/c', 'done'],
    ['/d', 'done'],
  ]);
});

test('what hangs takes no place away from others', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  try {
    const { run, end, running } = control();
    const hanging = Array.from({ length: 40 }, (_, i) => `/${i}`);
    const outcomes = executePlan(
      plan([...hanging, '/last'].map((target) => unmount(target))),
      startBudget(0),
      run,
    );
    expect(running().length).toBeLessThan(40);
    while (!running().includes('/last')) vi.advanceTimersByTime(1_000);
    await end('/last');
    for (const target of hanging) await end(target, false);
    expect((await outcomes).filter(({ result }) => result === 'done')).toHaveLength(1);
  } finally {
    vi.useRealTimers();
  }
});

test('no memory for a child is a failure like any other', async () => {
  const outcomes = await executePlan(plan([unmount('/a')]), startBudget(0), () =>
    Promise.reject(Object.assign(new Error('spawn ENOMEM'), { code: 'ENOMEM' })),
  );
  expect(outcomes).toMatchObject([{ result: 'failed', reason: expect.stringContaining('ENOMEM') }]);
});

test('kernel interfaces are detached together', async () => {
  const { run, asked } = record();
  await executePlan(
    plan([
      unmount('/oldroot/proc', [], true),
      unmount('/oldroot/sys', [], true),
      unmount('/oldroot/tmp'),
    ]),
    startBudget(0),
    run,
  );
  expect(asked.toSorted()).toEqual([
    '-n -c -i -l /oldroot/proc /oldroot/sys',
    '-n -c -i /oldroot/tmp',
  ]);
});

test('and one by one when that fails, so that each has its reason', async () => {
  const { run } = record(['/oldroot/sys']);
  const outcomes = await executePlan(
    plan([unmount('/oldroot/proc', [], true), unmount('/oldroot/sys', [], true)]),
    startBudget(0),
    run,
  );
  expect(outcomes.map(({ result }) => result)).toEqual(['done', 'failed']);
});

test('nothing is started when the time is spent', async () => {
  let now = 0;
  const budget = startBudget(0, 90, () => now);
  now = 80_000;
  const { run, asked } = record();
  const outcomes = await executePlan(plan([unmount('/oldroot')]), budget, run);
  expect(outcomes).toMatchObject([{ result: 'failed', reason: 'no time left' }]);
  expect(asked).toEqual([]);
});

test('a device that is gone although its tool failed went by itself', async () => {
  const { run } = record(['vg-gone']);
  const step: TeardownStep = {
    kind: 'remove-dm',
    id: 'remove-dm vg-gone',
    needs: [],
    after: [],
    device: 'dm-4711',
    name: 'vg-gone',
    uuid: 'LVM-x',
    layer: 'lvm',
  };
  const outcomes = await executePlan(plan([step]), startBudget(0), run);
  expect(outcomes).toMatchObject([{ result: 'done', reason: '' }]);
});
