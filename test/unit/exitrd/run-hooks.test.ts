import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startBudget } from '../../../src/exitrd/budget.ts';
import type { Run } from '../../../src/exitrd/execute-plan.ts';
import type { Journal } from '../../../src/exitrd/journal.ts';
import { runHooks, type HookFacts } from '../../../src/exitrd/run-hooks.ts';
import { runWithDeadline } from '../../../src/exitrd/run-with-deadline.ts';
import type { Hook, HookTime } from '../../../src/settings/settings.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';

const hook = (name: string, program: string, when: HookTime = 'final', seconds = 10): Hook => ({
  name,
  program,
  when,
  seconds,
});

/** Runs the hooks of one time; `lines` is what the journal was told. */
async function runThem(
  when: HookTime,
  hooks: readonly Hook[],
  {
    run = (command, deadline, variables) => runWithDeadline(command, deadline, variables),
    facts = { verb: 'reboot', left: [] },
    budget = startBudget(0),
  }: {
    readonly run?: Run;
    readonly facts?: HookFacts;
    readonly budget?: ReturnType<typeof startBudget>;
  } = {},
) {
  const lines: string[] = [];
  const write = (text: string) => void lines.push(text);
  const journal: Journal = {
    say: write,
    detail: write,
    warn: write,
    record: () => undefined,
    lines: () => [],
  };
  const outcomes = await runHooks(when, hooks, facts, budget, run, journal);
  return { outcomes, lines };
}

test('those of the time, in their order, each with the verb and the time', async () => {
  const hooks = [
    hook('a', '/bin/echo'),
    hook('b', '/bin/echo', 'after-unmount'),
    hook('c', '/bin/echo'),
  ];
  const { outcomes, lines } = await runThem('final', hooks);
  expect(outcomes).toMatchObject([
    { name: 'a', when: 'final', ok: true },
    { name: 'c', when: 'final', ok: true },
  ]);
  expect(lines).toEqual(['hook a: reboot final', 'hook a', 'hook c: reboot final', 'hook c']);
});

test('the environment says what is left and whether all went well, and nothing of ours', async () => {
  const facts: HookFacts = {
    verb: 'halt',
    left: ['unmount /oldroot', 'stop-md md0'],
    clean: false,
  };
  const script = join(temporaryDirectory(), 'script');
  writeFileSync(script, '#!/bin/sh\nexec env\n', { mode: 0o755 });
  const { lines } = await runThem('final', [hook('a', script)], { facts });
  expect(lines.filter((line) => line.includes('SHUTDOWNRAMFS')).toSorted()).toEqual([
    'hook a: SHUTDOWNRAMFS_CLEAN=no',
    'hook a: SHUTDOWNRAMFS_LEFT=unmount /oldroot',
    'hook a: SHUTDOWNRAMFS_VERB=halt',
    'hook a: SHUTDOWNRAMFS_WHEN=final',
  ]);
  expect(lines).toContain('hook a: stop-md md0');
  expect(lines.filter((line) => line.includes('HOME='))).toEqual([]);
});

test('one that fails, one that is not there, and one that hangs stop nobody', async () => {
  const hooks = [
    hook('a', '/bin/false'),
    hook('b', '/none'),
    hook('c', '/usr/bin/yes', 'final', 2),
    hook('d', '/bin/true'),
  ];
  const { outcomes, lines } = await runThem('final', hooks);
  expect(outcomes).toMatchObject([
    { name: 'a', ok: false, reason: 'exit status 1' },
    { name: 'b', ok: false, reason: 'ENOENT' },
    { name: 'c', ok: false, reason: expect.stringMatching(/^no end within \d+\.\d s$/) },
    { name: 'd', ok: true },
  ]);
  expect(lines.join('\n')).toMatch(/^hook c: failed: no end within \d+\.\d s$/m);
  // It printed without end.
  expect(lines.filter((line) => line === 'hook c: reboot final')).toHaveLength(50);
});

test('together they have a time of their own, and leave its reserve to the shutdown', async () => {
  let now = 0;
  const deadlines: number[] = [];
  const run: Run = (_, deadline) => {
    deadlines.push(deadline);
    now += deadline;
    return Promise.resolve({ ok: false, reason: 'late', stdout: '', stderr: '' });
  };
  const hooks = ['a', 'b'].flatMap((name) =>
    (['before-unmount', 'final'] as const).map((when) => hook(name, '/x', when, 20)),
  );
  const budget = startBudget(0, 90, () => now);
  const { outcomes } = await runThem(
    'before-unmount',
    [...hooks, hook('c', '/x', 'before-unmount')],
    {
      run,
      budget,
    },
  );
  expect(deadlines).toEqual([20_000, 10_000]);
  expect(outcomes.at(-1)).toMatchObject({ name: 'c', ok: false, reason: 'no time left' });
  now = 85_000;
  await runThem('final', hooks, { run, budget });
  expect(deadlines).toEqual([20_000, 10_000, 2_500, 1_250]);
});
