import { expect, test } from 'vitest';
import { startBudget } from '../../../src/exitrd/budget.ts';
import { performStep, type Run } from '../../../src/exitrd/perform-step.ts';
import type { TeardownStep } from '../../../src/plan/plan.ts';

const base = { id: 'x', needs: [], after: [] };
const mounted = {
  ...base,
  kind: 'unmount',
  mountId: 9,
  target: '/oldroot/a',
  devnum: '0:9',
} as const;
const ext4: TeardownStep = { ...mounted, fstype: 'ext4', lazy: false };
const served: TeardownStep = { ...mounted, fstype: 'fuse.sshfs', lazy: false };

/** Which commands a step makes, when each fails for this reason; those of busybox succeed. */
async function commandsOf(step: TeardownStep, reason: string) {
  const said: string[] = [];
  const run: Run = async (command) => {
    said.push(command.join(' ').replaceAll('/usr/bin/', ''));
    const hung = reason.startsWith('no end') ? ({ hung: true } as const) : {};
    return { ok: command[0].endsWith('busybox'), reason, stdout: '', stderr: '', ...hung };
  };
  const { result } = await performStep(step, startBudget(0), run);
  return { said, result };
}

test.each([
  ['missing', 'ENOENT'],
  ['killed', 'killed by SIGSEGV'],
  ['of no use', 'exit status 1'],
  ['full of noise', '\u0000\u001B[2J'],
])('a tool that is %s is replaced by busybox', async (_, reason) => {
  expect(await commandsOf(ext4, reason)).toEqual({
    said: ['umount -n -c -i /oldroot/a', 'busybox umount -n /oldroot/a'],
    result: 'done',
  });
  expect(await commandsOf({ ...mounted, fstype: 'proc', lazy: true }, reason)).toMatchObject({
    said: ['umount -n -c -i -l /oldroot/a', 'busybox umount -n -l /oldroot/a'],
  });
});

test.each([
  ['is busy', 'umount: /oldroot/a: target is busy.'],
  ['gives no answer', 'no end within 40.0 s'],
])('no other tool is asked of what %s', async (_, reason) => {
  expect(await commandsOf(ext4, reason)).toEqual({
    said: ['umount -n -c -i /oldroot/a'],
    result: 'failed',
  });
});

test('what is served by a process or over a network is forced, only when nobody answers', async () => {
  expect((await commandsOf(served, 'no end within 20.0 s')).said).toEqual([
    'umount -n -c -i /oldroot/a',
    'umount -n -c -i -f /oldroot/a',
  ]);
  expect((await commandsOf(served, 'target is busy')).said).toHaveLength(1);
});
