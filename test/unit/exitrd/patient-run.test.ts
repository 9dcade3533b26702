import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { patientRun } from '../../../src/exitrd/patient-run.ts';
import { watchProgress } from '../../../src/exitrd/progress.ts';
import type { runWithDeadline } from '../../../src/exitrd/run-with-deadline.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Never ends by itself. */
const hang: typeof runWithDeadline = (_, deadline, _variables, giveUp) =>
  new Promise((resolve) => {
    const abandon = () =>
      resolve({ ok: false, reason: 'no end', stdout: '', stderr: '', hung: true });
    setTimeout(abandon, deadline);
    giveUp?.addEventListener('abort', abandon);
  });

/** How long it takes until the command was given up, in seconds. */
async function secondsOf(running: Promise<unknown>): Promise<number> {
  const start = performance.now();
  let end = 0;
  const watched = running.then(() => (end = performance.now()));
  await vi.advanceTimersByTimeAsync(100_000);
  await watched;
  return Math.round((end - start) / 1000);
}

test('where no disk answers, a command is given up before its deadline', async () => {
  const { run, hangs } = patientRun(
    hang,
    watchProgress(() => 0),
  );
  expect(await secondsOf(run(['/usr/bin/umount', '-n', '/data'], 40_000))).toBe(15);
  expect(hangs()).toHaveLength(1);
  expect(hangs()[0]).toMatch(/^umount \/data: no end/);
});

test('as long as a disk answers it has all of its time, and is not said to have hung', async () => {
  let answers = 0;
  const progress = watchProgress(() => (answers += 1));
  const { run, hangs } = patientRun(hang, progress);
  expect(await secondsOf(run(['umount', '/data'], 40_000))).toBe(40);
  expect(hangs()).toEqual([]);
});

test('one that hung has little time when it is tried again, another has not', async () => {
  const { run } = patientRun(
    hang,
    watchProgress(() => 0),
  );
  await secondsOf(run(['umount', '/data'], 40_000));
  expect(await secondsOf(run(['umount', '/data'], 40_000))).toBe(2);
  expect(await secondsOf(run(['umount', '/other'], 40_000))).toBe(15);
});

test('a program of others is not judged by what disks do', async () => {
  const { run } = patientRun(
    hang,
    watchProgress(() => 0),
  );
  expect(await secondsOf(run(['hook'], 30_000, {}, 30_000))).toBe(30);
});

test('a tool may say so much, a hook as much as it likes', async () => {
  const allowed: (number | undefined)[] = [];
  const runOnce: typeof runWithDeadline = (_, _deadline, _variables, _giveUp, mostCharacters) => {
    allowed.push(mostCharacters);
    return Promise.resolve({ ok: true, reason: '', stdout: '', stderr: '' });
  };
  const { run } = patientRun(
    runOnce,
    watchProgress(() => 0),
  );
  await run(['/usr/sbin/dmsetup', 'table'], 5_000);
  await run(['/usr/lib/a-hook'], 5_000, {}, 5_000);
  expect(allowed).toEqual([8 * 2 ** 20, Infinity]);
});
