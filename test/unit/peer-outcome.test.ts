import { expect, test } from 'vitest';
import type { Fault } from '../support/fault.ts';
import {
  mergeOutcomes,
  peerOutcome,
  outcomeRows,
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
  seconds: 4.26,
  keys: ['00'],
  found: new Set(),
  findings: [{ ...root, needsRecovery: false }],
};

test.each<[string, Partial<RawOutcome>]>([
  ['4.3 s, no key, cleanly', {}],
  ['4.3 s, other verb, no key, cleanly', { end: 'guest-shutdown' }],
  ['hung, no key, cleanly', { end: { failed: 'wait for SHUTDOWN: not within 150 s' } }],
  ['4.3 s, kernel panic, no key, cleanly', { end: { failed: 'Kernel panic - not syncing' } }],
  ['4.3 s, 1 of 1 keys left, cleanly', { found: new Set(['key 0']) }],
  ['4.3 s, no key, all data', { findings: [{ ...root, needsRecovery: true }] }],
  ['4.3 s, no key, data lost', { findings: [{ ...root, needsRecovery: true, known: 'damaged' }] }],
  ['4.3 s, no key, data lost', { findings: [] }],
  [
    '4.3 s, no key, cleanly',
    { findings: [...good.findings, { ...root, name: 'data', needsRecovery: true, fsck: 4 }] },
  ],
])('%s', (words, raw) => {
  const outcome = peerOutcome(fault, 'dracut', { ...good, ...raw });
  expect(outcomeRows([outcome])).toEqual([['a disk', '–', words, '–']]);
});

test('a newer outcome takes the place of an older one, and goes with its fault', () => {
  const old = peerOutcome(fault, 'ours', good);
  const now = peerOutcome(fault, 'ours', { ...good, end: 'guest-shutdown' });
  expect(mergeOutcomes([old], [now], [fault])).toEqual([now]);
  expect(mergeOutcomes([old], [], [])).toEqual([]);
});
