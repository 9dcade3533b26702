import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { planTeardown } from '../../../src/plan/plan-teardown.ts';
import { renderPlan } from '../../../src/plan/render-plan.ts';
import { renderStack } from '../../../src/plan/render-stack.ts';
import { parseSnapshot } from '../../../src/snapshot/parse-snapshot.ts';

const fixtures = join(import.meta.dirname, '../../fixtures');

test.each(readdirSync(join(fixtures, 'snapshot')))('plans %s', async (file) => {
  const snapshot = parseSnapshot(readFileSync(join(fixtures, 'snapshot', file), 'utf8'), file);
  const plan = planTeardown(snapshot, { oldRoot: '/oldroot', asideDirectory: '/mnt' });
  await expect(`${renderStack(snapshot)}\n${renderPlan(plan)}`).toMatchFileSnapshot(
    join(fixtures, 'plan', file.replace(/\.json$/, '.txt')),
  );
});

function garbled(list: string, value: unknown): string {
  const empty = { version: 1, mounts: [], swaps: [], devices: [], multiDevices: [] };
  return JSON.stringify({ ...empty, [list]: [value] });
}

test.each([
  ['no JSON', '{', 'read m.json: not JSON'],
  ['no snapshot', '[]', 'read m.json: not a snapshot'],
  ['null', 'null', 'read m.json: not a snapshot'],
  ['another version', '{"version":2}', 'read m.json: snapshot version 2 is unknown'],
  ['a list missing', '{"version":1}', 'read m.json: mounts is missing'],
  ['null for a mount', garbled('mounts', null), 'read m.json: mounts[0] is no object'],
  ['a number for a path', garbled('swaps', { path: 3 }), 'read m.json: swaps[0].path is no string'],
  ['a disk with no name', garbled('devices', {}), 'read m.json: devices[0].name is no string'],
  [
    'a list of numbers',
    garbled('multiDevices', { uuid: '', devices: [1] }),
    'read m.json: multiDevices[0].devices is no list of strings',
  ],
])('refuses %s', (_, text, message) => {
  expect(() => parseSnapshot(text, 'm.json')).toThrow(message);
});
