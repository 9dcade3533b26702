import { expect, test } from 'vitest';
import type { DrawnMachine } from '../../torture/drawn-machine.ts';
import {
  drawnOutcome,
  drawnRows,
  mergeDrawn,
  type DrawnOutcome,
} from '../../torture/drawn-outcome.ts';
import type { Evidence } from '../../torture/verdict.ts';

const machine: DrawnMachine = {
  seed: 7,
  verb: 'reboot',
  systemd: 257,
  layers: [
    { kind: 'disk', on: [], makes: ['d1'], name: 'D1', mib: 640 },
    { kind: 'luks', on: ['d1'], makes: ['d2'], name: 'crypt', key: 'ab'.repeat(64), mib: 624 },
    { kind: 'ext4', on: ['d2'], makes: ['m1'], mib: 624 },
  ],
  root: 'm1',
  places: [],
  faults: [],
};
const root = { kind: 'ext4', name: 'm1', needsRecovery: false, fsck: 0, known: 'intact' } as const;
const key = { address: 0, key: 'crypt', part: 'whole', shape: 'raw', found: 1, pieces: 1 } as const;
const good: Evidence = {
  end: 'guest-reset',
  seconds: 2,
  report: undefined,
  memory: { keys: [], schedules: [] },
  crypts: 1,
  findings: [root],
};
const right: DrawnOutcome = {
  seed: 7,
  exitrd: 'systemd',
  end: 'as told',
  keysLeft: 0,
  disks: 'right',
};

test.each<[string, Partial<Evidence>, Partial<DrawnOutcome>]>([
  ['well', {}, {}],
  ['with another verb', { end: 'guest-shutdown' }, { end: 'other verb' }],
  ['never', { end: { failed: 'not within 155 s' } }, { end: 'hung' }],
  [
    'with two parts of one key in memory',
    { memory: { keys: [key, { ...key, address: 9 }], schedules: [] } },
    { keysLeft: 1 },
  ],
  ['dirty', { findings: [{ ...root, needsRecovery: true }] }, { disks: 'wrong' }],
])('a machine that ends %s', (_, evidence, outcome) => {
  expect(drawnOutcome('systemd', machine, { ...good, ...evidence })).toEqual({
    ...right,
    ...outcome,
  });
});

test('a later run of a seed takes the place of an earlier one', () => {
  const ours: DrawnOutcome = { ...right, exitrd: 'ours' };
  const hung: DrawnOutcome = { ...right, end: 'hung' };
  expect(mergeDrawn([hung, { ...right, seed: 8 }], [right, ours])).toEqual([
    ours,
    right,
    { ...right, seed: 8 },
  ]);
});

test('each exitrd has a row, with dashes where it was not tried', () => {
  const outcomes: DrawnOutcome[] = [
    right,
    { ...right, seed: 8, end: 'hung', keysLeft: 2 },
    { ...right, seed: 9, disks: 'wrong' },
  ];
  expect(drawnRows(outcomes)).toEqual([
    ['ours', '–', '–', '–', '–', '–'],
    ['dracut', '–', '–', '–', '–', '–'],
    ['systemd', '1 of 3', '1', '0', '1', '1'],
  ]);
});
