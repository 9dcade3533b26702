import { expect, test } from 'vitest';
import type { Fault } from '../support/fault.ts';
import {
  mergeOutcomes,
  peerOutcome,
  renderOutcomes,
  type RawOutcome,
} from '../support/peer-outcome.ts';

const fault: Fault = {
  name: 'a disk',
  stack: 'A',
  verb: 'reboot',
  report: {},
  seen: '',
  saved: 'cleanly',
  lost: ['data'],
};
const root = { kind: 'ext4', name: 'root', state: 'clean', fsck: 0, known: 'intact' } as const;
const good: RawOutcome = {
  end: 'guest-reset',
  keys: ['00'],
  found: new Set(),
  findings: [{ ...root, needsRecovery: false }],
};

test.each<[string, Partial<RawOutcome>]>([
  ['well', {}],
  ['other verb', { end: 'guest-shutdown' }],
  ['hung', { end: { failed: 'wait for SHUTDOWN: not within 150 s' } }],
  ['kernel panic', { end: { failed: 'Kernel panic - not syncing' } }],
  ['1 of 1 keys left', { found: new Set(['key 0']) }],
  ['all data', { findings: [{ ...root, needsRecovery: true }] }],
  ['data lost', { findings: [{ ...root, needsRecovery: true, known: 'damaged' }] }],
  ['data lost', { findings: [] }],
  [
    'well',
    { findings: [...good.findings, { ...root, name: 'data', needsRecovery: true, fsck: 4 }] },
  ],
])('%s', (words, raw) => {
  const outcome = peerOutcome(fault, 'dracut', { ...good, ...raw });
  expect(renderOutcomes([outcome])).toContain(`| a disk | - | ${words} | - |`);
});

test('a newer outcome takes the place of an older one, and goes with its fault', () => {
  const old = peerOutcome(fault, 'ours', good);
  const now = peerOutcome(fault, 'ours', { ...good, end: 'guest-shutdown' });
  expect(mergeOutcomes([old], [now], [fault])).toEqual([now]);
  expect(mergeOutcomes([old], [], [])).toEqual([]);
});
