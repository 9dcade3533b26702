import { expect, test } from 'vitest';
import { startBudget } from '../../../src/exitrd/budget.ts';

function budgetAt(seconds: number, watchdogSeconds = 0) {
  let now = 5_000;
  const budget = startBudget(watchdogSeconds, () => now);
  now += seconds * 1000;
  return budget;
}

test.each([
  ['at the start', 0, 0, 40_000, 40_000],
  ['near the reserve', 60, 0, 10_000, 30_000],
  ['in the reserve', 75, 0, 0, 15_000],
  ['when all is spent', 100, 0, 0, 0],
  ['below a watchdog of 30 s', 0, 30, 18_000, 27_000],
])('%s', (_, elapsed, watchdog, deadline, reserved) => {
  const budget = budgetAt(elapsed, watchdog);
  expect(budget.deadline(40_000)).toBe(deadline);
  expect(budget.reserved(40_000)).toBe(reserved);
});

test('a pause does not count', () => {
  const budget = budgetAt(100);
  budget.pause(95_000);
  expect(budget.elapsed()).toBe(5_000);
});
