import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { beatForGuard, holdGuard } from '../../../src/exitrd/guard.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] });
});
afterEach(() => {
  holdGuard(0);
  vi.useRealTimers();
});

function beats(seconds: number): number[] {
  const said: number[] = [];
  beatForGuard(seconds, (number) => said.push(number));
  return said;
}

test('the guard hears every five seconds that it may wait for twenty', () => {
  const said = beats(90);
  vi.advanceTimersByTime(15_000);
  expect(said).toStrictEqual([20, 20, 20, 20]);
});

test('the last word holds until the end, and no other follows', () => {
  const said = beats(27);
  vi.advanceTimersByTime(60_000);
  expect(said).toStrictEqual([20, 20, 17]);
});

test('who is to be waited for longer says no less meanwhile', () => {
  const said = beats(90);
  holdGuard(600);
  vi.advanceTimersByTime(60_000);
  expect(said).toStrictEqual([20]);
});
