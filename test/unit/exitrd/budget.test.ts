import { expect, test } from 'vitest';
import { startBudget } from '../../../src/exitrd/budget.ts';

function budgetAt(seconds: number, watchdogSeconds = 0) {
  let now = 5_000;
  const budget = startBudget(watchdogSeconds, 90, () => now);
  now += seconds * 1000;
  return budget;
}

test.each([
  ['at the start', 0, 0, 40_000, 40_000],
  ['near the reserve', 60, 0, 10_000, 15_000],
  ['in the reserve', 75, 0, 0, 7_500],
  ['when all is spent', 100, 0, 0, 0],
  ['below a watchdog of 30 s', 0, 30, 18_000, 13_500],
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

test('the time of the settings, unless a watchdog is shorter', () => {
  expect(startBudget(0, 300).totalSeconds).toBe(300);
  expect(startBudget(600, 300).totalSeconds).toBe(300);
  expect(startBudget(60, 300).totalSeconds).toBe(54);
});

test('what is worth waiting for has what is outside of the reserve, and a little when that is spent', () => {
  expect(budgetAt(10).patient(40_000, 2_000)).toBe(40_000);
  expect(budgetAt(65).patient(40_000, 2_000)).toBe(5_000);
  expect(budgetAt(75).patient(40_000, 2_000)).toBe(2_000);
});

test('however much of the reserve was asked for, the next has some', () => {
  let now = 0;
  const budget = startBudget(0, 90, () => now);
  for (let asked = 0; asked < 20; asked += 1) now += budget.reserved(60_000);
  expect(budget.reserved(60_000)).toBeGreaterThan(0);
  expect(budget.elapsed()).toBeLessThan(90_000);
});
