import { expect, test } from 'vitest';
import { runWithDeadline, within } from '../../../src/exitrd/run-with-deadline.ts';

test.each([
  ['success', ['/bin/sh', '-c', 'echo out'], { ok: true, reason: '', stdout: 'out\n' }],
  ['a failure', ['/bin/sh', '-c', 'exit 3'], { ok: false, reason: 'exit status 3' }],
  [
    'what it said first',
    ['/bin/sh', '-c', 'echo one >&2; echo two >&2; exit 1'],
    { ok: false, reason: 'one' },
  ],
  [
    'what it said behind a remark',
    ['/bin/sh', '-c', 'echo Udev is running and DM_DISABLE_UDEV is set >&2; echo two >&2; exit 1'],
    { ok: false, reason: 'two' },
  ],
  ['a signal', ['/bin/sh', '-c', 'kill -SEGV $$'], { ok: false, reason: 'killed by SIGSEGV' }],
  ['a missing tool', ['/nonexistent/tool'], { ok: false, reason: 'ENOENT' }],
] as const)('%s', async (_, command, outcome) => {
  expect(await runWithDeadline(command, 5_000)).toMatchObject(outcome);
});

test('a child that ignores every polite signal costs no more than its deadline', async () => {
  const start = performance.now();
  const outcome = await runWithDeadline(['/bin/sh', '-c', "trap '' TERM INT HUP; sleep 30"], 200);
  expect(outcome).toMatchObject({
    ok: false,
    reason: expect.stringMatching(/^no end within \d+\.\d s$/),
  });
  expect(performance.now() - start).toBeLessThan(5_000);
});

test('a child that never stops talking is ended', async () => {
  const outcome = await runWithDeadline(['/usr/bin/yes'], 20_000, {}, undefined, 1_000_000);
  expect(outcome).toMatchObject({ ok: false, reason: 'it says more than can be read' });
});

test('a grandchild that keeps the pipe open delays nothing', async () => {
  const start = performance.now();
  expect(await runWithDeadline(['/bin/sh', '-c', 'sleep 30 & exit 0'], 20_000)).toMatchObject({
    ok: true,
  });
  expect(performance.now() - start).toBeLessThan(10_000);
});

test('no word of our environment reaches a tool', async () => {
  process.env['LD_PRELOAD_FROM_CMDLINE'] = 'x';
  const { stdout } = await runWithDeadline(['/usr/bin/env'], 5_000);
  expect(stdout.trim().split('\n').toSorted()).toEqual([
    'DM_DISABLE_UDEV=1',
    'LC_ALL=C',
    'LVM_SUPPRESS_FD_WARNINGS=1',
    'PATH=/usr/sbin:/usr/bin',
  ]);
});

test.each([
  ['in time', () => Promise.resolve(1), 1],
  ['rejected', () => Promise.reject<number>(new Error('gone')), 0],
  ['too late', () => new Promise<number>(() => undefined), 0],
])('a promise that is %s', async (_, promise, value) => {
  expect(await within(promise(), 50, 0)).toBe(value);
});
