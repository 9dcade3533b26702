import { expect, test, vi } from 'vitest';
import { startBudget } from '../../../src/exitrd/budget.ts';
import type { Run } from '../../../src/exitrd/execute-plan.ts';
import { cutSilentDisks } from '../../../src/exitrd/silent-disks.ts';
import { machine } from '../../support/machine.ts';

/** Answers, fails or says nothing until its time is up, by the disk that is read. */
function disks(
  behaviour: Readonly<Record<string, 'answers' | 'fails' | 'is silent' | 'was given up'>>,
) {
  let now = 0;
  vi.spyOn(performance, 'now').mockImplementation(() => now);
  const done: string[] = [];
  const run: Run = async (command, deadline) => {
    const read = command.map((word) => /^if=\/dev\/(.*)$/.exec(word)?.[1]).find(Boolean);
    const what = read === undefined ? 'answers' : behaviour[read];
    // All of them are asked at once.
    const start = now;
    await Promise.resolve();
    if (what === 'is silent') now = start + deadline;
    if (read === undefined) done.push(command.slice(-2).join(' '));
    const reason = what === 'was given up' ? `dd: /dev/${read}: Input/output error` : '';
    return { ok: what === 'answers', reason, stdout: '', stderr: '' };
  };
  return { run, done };
}

const m = machine();
for (const name of ['vda', 'nbd0', 'nbd1', 'sda', 'sdb', 'nvme0n1']) m.disk(name);
m.group('iscsi-session', 'session1', ['sda', 'sdb']);
m.group('nvme-controller', 'nvme0', ['nvme0n1']);
const snapshot = m.snapshot();

test('nothing is cut that answers, be it with an error', async () => {
  const { run, done } = disks({ nbd0: 'answers', nbd1: 'fails', sda: 'fails', sdb: 'answers' });
  expect(await cutSilentDisks(snapshot, startBudget(0), run)).toEqual([]);
  expect(done).toEqual(['0 /sys/class/iscsi_session/session1/recovery_tmo']);
});

test('a disk that says nothing is cut off, with those that come over the same connection', async () => {
  const { run, done } = disks({ sda: 'answers', sdb: 'is silent' });
  expect(await cutSilentDisks(snapshot, startBudget(0), run)).toContain(
    'sdb: its server does not answer',
  );
  expect(done).toContain('3 /proc/sys/net/ipv4/tcp_retries2');
  expect(done).toContain('/sys/block/sda/device/delete /sys/block/sdb/device/delete');
});

test('of a disk that the kernel has given up it is told that nothing can be written to it', async () => {
  const { run, done } = disks({ nbd0: 'was given up', nbd1: 'answers', sda: 'was given up' });
  expect(await cutSilentDisks(snapshot, startBudget(0), run)).toEqual([
    'nbd0: its server does not answer',
  ]);
  expect(done).toEqual(['0 /sys/class/iscsi_session/session1/recovery_tmo']);
});

test('where no disk comes over a network nothing is done', async () => {
  const { run, done } = disks({});
  const local = machine();
  local.disk('vda');
  expect(await cutSilentDisks(local.snapshot(), startBudget(0), run)).toEqual([]);
  expect(done).toEqual([]);
});
