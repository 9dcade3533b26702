import { readFileSync } from 'node:fs';
import { expect, test, vi } from 'vitest';
import { startBudget, type Budget } from '../../../src/exitrd/budget.ts';
import { startExecutor, type Run } from '../../../src/exitrd/execute-plan.ts';
import { parseMountinfo } from '../../../src/snapshot/parse-mountinfo.ts';
import type { TeardownPlan, TeardownStep, Unmount } from '../../../src/plan/plan.ts';

let mountId = 1_000_000;

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
  mountId: (mountId += 1),
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

const executePlan = async (plan: TeardownPlan, budget: Budget, run: Run) =>
  await startExecutor(budget, run).execute(plan);

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

const detach = (name: string): TeardownStep => ({
  kind: 'detach-loop',
  id: name,
  needs: [],
  after: [],
  device: name,
  backingFile: '',
});

test('what hangs takes no place away from others', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  try {
    const { run, end, running } = control();
    const hanging = Array.from({ length: 40 }, (_, i) => `loop90${i}`);
    const outcomes = executePlan(plan([...hanging, 'loop99'].map(detach)), startBudget(0), run);
    expect(running().length).toBeLessThan(40);
    while (!running().includes('/dev/loop99')) await vi.advanceTimersByTimeAsync(1_000);
    await end('/dev/loop99');
    for (const name of hanging) await end(`/dev/${name}`);
    expect((await outcomes).filter(({ result }) => result === 'done')).toHaveLength(41);
  } finally {
    vi.useRealTimers();
  }
});

test('when a step failed, what is slow is not waited for: it goes on and is not started twice', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  try {
    const { run, end, running } = control();
    const executor = startExecutor(startBudget(0), run);
    const [slow, wrong] = [unmount('/slow'), unmount('/wrong')];
    const below = { ...detach('loop90'), needs: ['/slow'] };
    const first = executor.execute(plan([slow, wrong], [below]));
    await end('/wrong', false);
    await vi.advanceTimersByTimeAsync(1_000);
    expect((await first).map(({ step, result }) => [step.id, result])).toEqual([
      ['/wrong', 'failed'],
    ]);
    const second = executor.execute(
      plan([{ ...slow, id: '/slow #2' }, wrong], [{ ...below, needs: ['/slow #2'] }]),
    );
    expect(running()).toEqual(['/slow', '/wrong']);
    await end('/wrong', false);
    expect(await second).toMatchObject([{ step: { id: '/wrong' } }]);
    // The mount is out of the tree already, but its device is not free.
    const freed = plan([wrong, { ...below, needs: [] }]);
    const third = executor.execute(freed);
    expect(running()).toEqual(['/slow', '/wrong']);
    await end('/wrong', false);
    expect(await third).toMatchObject([{ step: { id: '/wrong' } }]);
    expect(executor.isIdle()).toBe(false);
    const fourth = executor.execute(freed);
    expect(running()).toEqual(['/slow', '/wrong']);
    await end('/wrong');
    expect(running()).toEqual(['/slow']);
    await end('/slow');
    await end('/dev/loop90');
    expect(await fourth).toMatchObject([
      { step: { id: '/wrong' }, result: 'done' },
      { step: { id: 'loop90' }, result: 'done' },
    ]);
    expect(executor.isIdle()).toBe(true);
    expect(await executor.wait()).toBe(false);
  } finally {
    vi.useRealTimers();
  }
});

test('an end that came between two plans is told to the next', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  try {
    const { run, end, running } = control();
    const executor = startExecutor(startBudget(0), run);
    const steps = plan([unmount('/slow'), unmount('/wrong')]);
    const first = executor.execute(steps);
    await end('/wrong', false);
    await vi.advanceTimersByTimeAsync(1_000);
    await first;
    const waited = executor.wait();
    await end('/slow', false);
    expect(await waited).toBe(true);
    const second = executor.execute(steps);
    expect(running()).toEqual(['/wrong']);
    await end('/wrong');
    expect((await second).map(({ step, result }) => [step.id, result])).toEqual([
      ['/slow', 'failed'],
      ['/wrong', 'done'],
    ]);
  } finally {
    vi.useRealTimers();
  }
});

const inMemory = (target: string): TeardownStep => ({
  ...(unmount(target) as Unmount),
  fstype: 'tmpfs',
});

/** A target that a mount of this machine's id is said to have, so that it is found still mounted. */
const stillMounted = (step: TeardownStep, index = 0): TeardownStep => {
  const { mounts } = parseMountinfo(readFileSync('/proc/self/mountinfo', 'utf8'));
  return { ...step, mountId: mounts[index]!.mountId } as TeardownStep;
};

test('unmounts that write nothing: one child for several, and those that it left are tried alone', async () => {
  const targets = Array.from({ length: 100 }, (_, i) => `/${i}`);
  const memory = targets.map(inMemory);
  const busy = stillMounted(inMemory('/busy'));
  const { run, asked } = record(['/busy']);
  const outcomes = await executePlan(plan([...memory, busy]), startBudget(0), run);
  expect(outcomes.filter(({ result }) => result !== 'done')).toMatchObject([{ step: busy }]);
  expect(asked).toEqual([`--unmount ${targets.join(' ')} /busy`, '-n -c -i /busy']);
});

test('an unmount that may write has a child of its own; one that leaves its file system mounted has not', async () => {
  const targets = Array.from({ length: 100 }, (_, i) => `/oldroot/${i}`);
  const { run, asked } = record();
  await executePlan(plan(targets.map((target) => unmount(target))), startBudget(0), run);
  expect(asked).toHaveLength(100);
  const binds = record();
  await executePlan(
    plan(
      targets.map((target) => unmount(target)),
      [unmount('/oldroot', targets)],
    ),
    startBudget(0),
    binds.run,
  );
  expect(binds.asked).toEqual([`--unmount ${targets.join(' ')}`, '-n -c -i /oldroot']);
  // Below mounts of others, which the last one needs.
  const deep = record();
  const [top, ...others] = targets;
  await executePlan(
    plan(
      targets.map((target) => unmount(target)),
      [{ ...(unmount('/oldroot/overlay', others) as Unmount), devnum: '0:9' }],
      [unmount('/oldroot', ['/oldroot/overlay', top!])],
    ),
    startBudget(0),
    deep.run,
  );
  expect(deep.asked).toHaveLength(3);
});

test('few unmounts that write nothing go by umount, and names that are no UTF-8 too', async () => {
  const targets = Array.from({ length: 20 }, (_, i) => `/${i}`);
  const few = record();
  await executePlan(plan(targets.map(inMemory)), startBudget(0), few.run);
  expect(few.asked.every((words) => words.startsWith('-n -c -i /'))).toBe(true);
  const foreign = record();
  const odd = stillMounted(inMemory('/odd\uDCFF'));
  const many = [...targets, ...targets.map((target) => `/x${target}`)].map(inMemory);
  await executePlan(plan([odd, ...many]), startBudget(0), foreign.run);
  expect(foreign.asked.at(-1)).toBe('-n -c -i /odd\uDCFF');
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
    plan([
      stillMounted(unmount('/oldroot/proc', [], true), 0),
      stillMounted(unmount('/oldroot/sys', [], true), 1),
    ]),
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
