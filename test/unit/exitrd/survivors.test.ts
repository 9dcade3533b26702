import { spawn } from 'node:child_process';
import { expect, test } from 'vitest';
import { parseState } from '../../../src/exitrd/read-process.ts';
import { findSurvivors, holdersOf, killSurvivors } from '../../../src/exitrd/survivors.ts';

test.each([
  [
    'a process',
    '4711 (sleep) S 12 4711 1 0 -1 4194304 0 0',
    { name: 'sleep', parentId: 12, kernelThread: false, state: 'S' },
  ],
  [
    'a name with blanks and parentheses',
    '9 (a (b) c) R 1 9 9 0 -1 0 0',
    { name: 'a (b) c', parentId: 1, kernelThread: false, state: 'R' },
  ],
  [
    'a kernel thread',
    '2 (kthreadd) S 0 0 0 0 -1 2129984 0 0',
    { name: 'kthreadd', parentId: 0, kernelThread: true, state: 'S' },
  ],
  ['a zombie', '5 (gone) Z 1 5 5 0 -1 4228100 0', undefined],
  ['nothing', '', undefined],
  ['garbage', '( ( (', undefined],
])('%s', (_, text, facts) => {
  expect(parseState(text)).toEqual(facts);
});

test('a process that is no child of ours is found with what it holds, and killed', async () => {
  // The shell in between ends, so the sleeper belongs to somebody else.
  const shell = spawn(
    '/bin/sh',
    [
      '-c',
      'cd /var && exec 3</etc/hostname && setsid sleep 300 & until grep -qx sleep /proc/$!/comm; do sleep 0.1; done; echo $!',
    ],
    { stdio: ['ignore', 'pipe', 'ignore'] },
  );
  const text = await new Promise<string>((resolve) =>
    shell.stdout.setEncoding('utf8').once('data', resolve),
  );
  const processId = Number(text);
  await new Promise((resolve) => shell.once('exit', resolve));
  const found = (await findSurvivors()).filter((one) => one.processId === processId);
  expect(found).toMatchObject([{ name: 'sleep', storageDaemon: false }]);
  expect(holdersOf('/var', found)).toHaveLength(1);
  expect(holdersOf('/va', found)).toHaveLength(0);
  expect(await killSurvivors(found)).toEqual([]);
  expect((await findSurvivors()).some((one) => one.processId === processId)).toBe(false);
});

test('what a tool of ours has started is ours too', async () => {
  const shell = spawn('/bin/sh', ['-c', 'sleep 300 & echo $!; wait'], {
    stdio: ['ignore', 'pipe', 'ignore'],
    detached: true,
  });
  const processId = await new Promise<number>((resolve) =>
    shell.stdout.setEncoding('utf8').once('data', (text: string) => {
      resolve(Number(text));
    }),
  );
  const found = (await findSurvivors()).map((one) => one.processId);
  process.kill(-shell.pid!, 'SIGKILL');
  expect(found).not.toContain(processId);
});
