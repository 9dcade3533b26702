import * as fc from 'fast-check';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { startBudget } from '../../../src/exitrd/budget.ts';
import type { Run } from '../../../src/exitrd/execute-plan.ts';
import { flushAndMakeReadOnly } from '../../../src/exitrd/flush-file-systems.ts';
import { wipeKeys } from '../../../src/exitrd/wipe-keys.ts';
import { planTeardown } from '../../../src/plan/plan-teardown.ts';
import { machine, mountExitrd, type Machine } from '../../support/machine.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const options = { oldRoot: '/oldroot', asideDirectory: '/mnt' };
const done = { ok: true, reason: '', stdout: '', stderr: '' };
const hung = { ok: false, reason: 'no end', stdout: '', stderr: '', hung: true } as const;

interface Call {
  readonly command: string;
  readonly deadline: number;
  readonly start: number;
}

/** A command for which `hangs` is true ends at its deadline and not before. */
function simulate(hangs: (command: string) => boolean): { run: Run; calls: Call[] } {
  const calls: Call[] = [];
  const run: Run = async (words, deadline) => {
    const command = words.filter((word) => !/^--|^none$/.test(word)).join(' ');
    calls.push({ command, deadline, start: performance.now() });
    if (!hangs(command)) return done;
    await new Promise((resolve) => setTimeout(resolve, deadline));
    return hung;
  };
  return { run, calls };
}

async function wipeAll(built: Machine, spentSeconds: number, run: Run) {
  const snapshot = built.snapshot();
  const plan = planTeardown(snapshot, options);
  const budget = startBudget(0);
  await vi.advanceTimersByTimeAsync(spentSeconds * 1000);
  const wiping = (async () => {
    await flushAndMakeReadOnly(snapshot, plan, budget, run);
    return await wipeKeys(snapshot, plan, budget, run);
  })();
  await vi.runAllTimersAsync();
  return { wipes: await wiping, budget };
}

/** `heights`: of stacks of crypt devices, with a volume below each; a file system of its own on each. */
function stacked(heights: readonly number[]): Machine {
  const built = machine();
  mountExitrd(built, () => void built.mount('/oldroot', 'btrfs'));
  for (const [index, height] of heights.entries()) {
    let top = built.disk(`vd${index}`);
    for (let level = 0; level < height; level += 1) {
      top = built.crypt(`c${index}-${level}`, built.volume(`v${index}-${level}`, [top]));
    }
    built.mount(`/oldroot/m${index}`, 'btrfs');
    built.mount(`/oldroot/n${index}`, 'ext4', { device: top });
  }
  return built;
}

test('whatever hangs, and however much of it, each key has its attempt and the time is kept', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 30 }),
      fc.integer({ min: 0, max: 80 }),
      fc.func(fc.boolean()),
      async (heights, spentSeconds, hangs) => {
        const { run, calls } = simulate((command) => hangs(command));
        const { wipes, budget } = await wipeAll(stacked(heights), spentSeconds, run);
        expect(wipes).toHaveLength(heights.reduce((sum, height) => sum + height, 0));
        expect(budget.elapsed()).toBeLessThan(90_000);
        expect(budget.reserved(1_000)).toBeGreaterThan(0);
        for (const { name } of wipes) {
          const attempt = calls.find(({ command }) => command.endsWith(`suspend ${name}`));
          expect(attempt?.deadline).toBeGreaterThan(100);
        }
      },
    ),
    { numRuns: 60 },
  );
});

test('of four on each other the last has its time too, when the time is nearly up and all else hung', async () => {
  const { run, calls } = simulate((command) => !command.includes('suspend'));
  await wipeAll(stacked([4]), 80, run);
  const deadlineOf = (name: string) =>
    calls.find(({ command }) => command.endsWith(`suspend ${name}`))?.deadline ?? 0;
  expect(deadlineOf('c0-3')).toBeGreaterThan(300);
  expect(deadlineOf('c0-0')).toBeGreaterThan(300);
});

test('forty that hang beside each other take no longer than one', async () => {
  const { run, calls } = simulate((command) => command.includes('suspend'));
  const { wipes } = await wipeAll(stacked(Array.from({ length: 40 }, () => 1)), 70, run);
  expect(wipes.every(({ wiped }) => !wiped)).toBe(true);
  const starts = calls.filter(({ command }) => /suspend c/.test(command)).map(({ start }) => start);
  expect(new Set(starts.slice(0, 40)).size).toBe(1);
});

test('the upper one first, and one that hung does not keep those beside it', async () => {
  const { run, calls } = simulate((command) => /suspend c0-1/.test(command));
  const { wipes } = await wipeAll(stacked([2, 1]), 0, run);
  const first = (text: string) => calls.findIndex(({ command }) => command.includes(text));
  expect(first('suspend c0-1')).toBeLessThan(first('suspend c0-0'));
  expect(calls[first('message c1-0')]?.start).toBeLessThan(
    calls[first('suspend c0-0')]?.start ?? 0,
  );
  expect(
    wipes
      .filter(({ wiped }) => wiped)
      .map(({ name }) => name)
      .toSorted(),
  ).toEqual(['c0-0', 'c1-0']);
});

test('the layers below one that does not answer are given error tables, the highest first', async () => {
  const built = machine();
  mountExitrd(built, () => void built.mount('/oldroot', 'btrfs'));
  const below = built.dm('slow', 'other', 'delay', [built.disk('vda')]);
  built.crypt('fine', built.volume('its-own', [built.disk('vdb')]));
  built.crypt('stuck', built.volume('between', [below]));
  let answers = false;
  const { run, calls } = simulate((command) => {
    answers ||= command.includes('wipe_table slow');
    return command.includes('suspend stuck') && !answers;
  });
  const { wipes } = await wipeAll(built, 0, run);
  expect(wipes.every(({ wiped }) => wiped)).toBe(true);
  const tables = calls.filter(({ command }) => command.includes('wipe_table'));
  expect(tables.map(({ command }) => command.replace(/.* /, ''))).toEqual([
    'fine',
    'between',
    'slow',
    'stuck',
  ]);
});

test('what could not be flushed is not remounted, which would wait for the flush', async () => {
  const { run, calls } = simulate((command) => command.endsWith('sync -f /oldroot/m0'));
  await wipeAll(stacked([1, 1]), 0, run);
  const remounted = calls.filter(({ command }) => command.includes('remount,ro'));
  expect(remounted.map(({ command }) => command.replace(/.* /, ''))).toEqual([
    '/oldroot',
    '/oldroot/m1',
  ]);
});
