import { expect, test } from 'vitest';
import { startBudget } from '../../../src/exitrd/budget.ts';
import type { Run } from '../../../src/exitrd/execute-plan.ts';
import { failSilentServers } from '../../../src/exitrd/silent-servers.ts';
import { machine } from '../../support/machine.ts';

/** Who is asked, and what is done, by the end of each command; a silent one is given up. */
function servers(silent: readonly string[]) {
  const asked: string[] = [];
  const done: string[] = [];
  const run: Run = async (command) => {
    const last = command.at(-1) ?? '';
    const isQuestion = command.includes('stat');
    (isQuestion ? asked : done).push(last);
    const hung = isQuestion && silent.includes(last);
    return { ok: false, reason: '', stdout: '', stderr: '', ...(hung && { hung: true }) };
  };
  return { run, asked, done };
}

const m = machine();
m.mount('/oldroot', 'ext4', { device: m.disk('vda') });
const home = m.mount('/oldroot/home', 'nfs4');
m.mount('/oldroot/srv', 'nfs4', { bindOf: home });
m.mount('/oldroot/stick', 'fuse.ext4');
const snapshot = m.snapshot();

test('each server is asked once, and none that answers with an error is touched', async () => {
  const { run, asked, done } = servers([]);
  expect(await failSilentServers(snapshot, startBudget(0), run)).toEqual([]);
  expect(asked).toEqual(['/oldroot/home', '/oldroot/stick']);
  expect(done).toEqual([]);
});

test('what asks a server that says nothing is made to fail', async () => {
  const { run, done } = servers(['/oldroot/home', '/oldroot/stick']);
  expect(await failSilentServers(snapshot, startBudget(0), run)).toEqual([
    '/oldroot/home: its server does not answer',
    '/oldroot/stick: its server does not answer',
  ]);
  expect(done.toSorted()).toEqual([
    '/oldroot/home',
    '/oldroot/stick',
    `/sys/fs/nfs/${home.devnum}/shutdown`,
  ]);
});

test('with no time left for an answer nobody is asked', async () => {
  const { run, asked } = servers(['/oldroot/home']);
  const late = startBudget(0, 6, () => 0);
  expect(await failSilentServers(snapshot, late, run)).toEqual([]);
  expect(asked).toEqual([]);
});
