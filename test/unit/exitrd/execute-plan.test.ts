import { expect, test } from 'vitest';
import { startBudget } from '../../../src/exitrd/budget.ts';
import { executePlan, type Run } from '../../../src/exitrd/execute-plan.ts';
import type { TeardownPlan, TeardownStep } from '../../../src/plan/plan.ts';

const unmount = (target: string, needs: readonly string[] = [], lazy = false): TeardownStep => ({
  kind: 'unmount',
  id: target,
  needs,
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

const plan = (...waves: TeardownStep[][]): TeardownPlan => ({ version: 1, waves });

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
  const budget = startBudget(0, () => now);
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
    device: 'dm-4711',
    name: 'vg-gone',
    uuid: 'LVM-x',
    layer: 'lvm',
  };
  const outcomes = await executePlan(plan([step]), startBudget(0), run);
  expect(outcomes).toMatchObject([{ result: 'done', reason: '' }]);
});
