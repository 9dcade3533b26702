/**
 * Ten drawn machines, chosen for what is different in them, shut down and judged; `npm run torture` draws more. One of
 * them through an exitrd that only switches off shows that the judging can fail.
 */
import { beforeAll, expect, test } from 'vitest';
import { ourExitrd } from '../support/our-exitrd.ts';
import { abruptExitrd } from '../support/peer-exitrd.ts';
import { describeMachine } from '../torture/describe-machine.ts';
import { drawMachine } from '../torture/draw-machine.ts';
import { cryptsOf } from '../torture/drawn-machine.ts';
import { tortureRun } from '../torture/torture-run.ts';
import { waitingMachine, type WaitingMachine } from '../torture/waiting-machine.ts';

const seeds = [1003, 1005, 1012, 1013, 1021, 1024, 1025, 1029, 1033, 1039];

let waiting: WaitingMachine;

beforeAll(async () => {
  await using exitrd = await ourExitrd();
  waiting = await waitingMachine(exitrd.archive);
  return async () => await waiting[Symbol.asyncDispose]();
});

test.each(seeds.map((seed) => [seed, describeMachine(drawMachine(seed))] as const))(
  'seed %i: %s',
  async (seed) => {
    const { complaints, log } = await tortureRun(waiting, drawMachine(seed));
    expect(complaints.length === 0 ? [] : [...complaints, log]).toEqual([]);
  },
);

test('without us every key is left and no file system is clean, else the tests above would prove nothing', async () => {
  const machine = drawMachine(seeds[0]!);
  await using abrupt = await waitingMachine(await abruptExitrd());
  const { complaints } = await tortureRun(abrupt, machine);
  for (const { name } of cryptsOf(machine)) {
    expect(complaints).toContainEqual(expect.stringContaining(`key of ${name} in memory`));
  }
  expect(complaints).toContainEqual(expect.stringContaining('ext4 was not unmounted'));
  expect(complaints).toContain('no report');
});
