import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { classifyDevice } from '../../../src/plan/classify-device.ts';
import { planTeardown } from '../../../src/plan/plan-teardown.ts';
import { renderPlan } from '../../../src/plan/render-plan.ts';
import { renderStack } from '../../../src/plan/render-stack.ts';
import { hasUnknownLayers } from '../../../src/plan/union-layers.ts';
import { parseSnapshot } from '../../../src/snapshot/parse-snapshot.ts';
import type { Snapshot } from '../../../src/snapshot/snapshot.ts';

const fixtures = join(import.meta.dirname, '../../fixtures');

const snapshots = readdirSync(join(fixtures, 'snapshot'));
const options = { oldRoot: '/oldroot', asideDirectory: '/mnt' };

function read(file: string): Snapshot {
  return parseSnapshot(readFileSync(join(fixtures, 'snapshot', file), 'utf8'), file);
}

test.each(snapshots)('plans %s', async (file) => {
  const snapshot = read(file);
  const plan = planTeardown(snapshot, options);
  await expect(`${renderStack(snapshot)}\n${renderPlan(plan)}`).toMatchFileSnapshot(
    join(fixtures, 'plan', file.replace(/\.json$/, '.txt')),
  );
});

// One was recorded when its stick had been pulled, and has none left. Of others a disk has a step of its own.
const machines = snapshots.filter(
  (file) => file.startsWith('machine-') && !/pulled|network|iscsi/.test(file),
);

test.each(machines)('plans the same when the disks of %s were pulled out', (file) => {
  const snapshot = read(file);
  const disks = snapshot.devices.filter((device) => classifyDevice(device) === undefined);
  expect(disks.length).toBeGreaterThan(0);
  const devices = snapshot.devices.filter((device) => !disks.includes(device));
  expect(planTeardown({ ...snapshot, devices }, options)).toEqual(planTeardown(snapshot, options));
});

test.each([
  ['machine-live', false],
  ['machine-live-persistence', false],
  ['machine-live-toram', false],
  ['machine-dmsquash', false],
  ['machine-dmsquash-overlay', false],
  ['machine-F-overlay-root', false],
  ['machine-casper', true],
  // Of a container, whose layers have relative names.
  ['machine-nested-overlays', true],
])('%s may have mounts that no path leads to: %s', (name, expected) => {
  expect(hasUnknownLayers(read(`${name}.json`), '/oldroot')).toBe(expected);
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
  ['branches that are none', garbled('aufs', { id: 1 }), 'read m.json: aufs[0].id is no string'],
  [
    'a group without devices',
    garbled('deviceGroups', { kind: 'zfs-pool', name: 'tank' }),
    'read m.json: deviceGroups[0].devices is no list of strings',
  ],
  [
    'a list of numbers',
    garbled('multiDevices', { uuid: '', devices: [1] }),
    'read m.json: multiDevices[0].devices is no list of strings',
  ],
])('refuses %s', (_, text, message) => {
  expect(() => parseSnapshot(text, 'm.json')).toThrow(message);
});
