/** What is told of machines whose snapshots were recorded, with keys beside them as their kernels list them. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parseSnapshot } from '../../../src/snapshot/parse-snapshot.ts';
import { parseKeyedTargets } from '../../../src/snapshot/parse-keyed-targets.ts';
import { parseKeys } from '../../../src/snapshot/parse-keys.ts';
import { renderStatus } from '../../../src/status/render-status.ts';
import { statusOf } from '../../../src/status/status.ts';
import type { StatusFacts } from '../../../src/status/status-facts.ts';

const fixtures = join(import.meta.dirname, '../../fixtures');

function snapshotOf(name: string): StatusFacts['snapshot'] {
  const file = join(fixtures, 'snapshot', `${name}.json`);
  return parseSnapshot(readFileSync(file, 'utf8'), file);
}

const quiet: Omit<StatusFacts, 'snapshot'> = {
  isRoot: true,
  targets: [],
  keys: [],
  crash: {
    isLoaded: false,
    bytes: 0,
    keyNames: undefined,
    isSealed: false,
    isLockedDown: false,
  },
  encryptedDirectories: [],
  freed: 'zeroed',
  resumeDevice: '0:0',
  overwriteRequest: undefined,
  exitrd: { state: 'ready', version: '0.1.0', features: ['base', 'crypt', 'integrity', 'lvm'] },
};

const crypt0 =
  'crypt0: 0 487424 crypt aes-xts-plain64 :64:logon:cryptsetup:8c4e5c4d-d0 0 254:1 32768\n';

const loaded = { ...quiet.crash, isLoaded: true, bytes: 2 ** 28 };

const machines: Readonly<Record<string, StatusFacts>> = {
  'luks-lvm': {
    ...quiet,
    snapshot: snapshotOf('machine-A-luks-lvm'),
    targets: parseKeyedTargets(crypt0),
    overwriteRequest: true,
  },
  'many-keys': {
    ...quiet,
    snapshot: snapshotOf('machine-J-luks1-plain-integrity'),
    keys: parseKeys(`\
00f4b5a1 I--Q---     1 perm 3f010000     0     0 logon     vk\u001b[31m: 64
0a15e2d8 I--Q---     1 149s 3f010000  1000  1000 user      0123456789abcdef: 29
`),
    encryptedDirectories: [{ path: '/home/ada', key: '69b2f6edeee720cce0577937eb8a6751' }],
  },
  'no-exitrd': {
    ...quiet,
    snapshot: snapshotOf('machine-G-swap-on'),
    targets: parseKeyedTargets(crypt0),
    freed: 'kept',
    exitrd: { state: 'absent' },
  },
  'not-root': {
    ...quiet,
    isRoot: false,
    snapshot: snapshotOf('machine-A-luks-lvm'),
    exitrd: { state: 'unknown', reason: 'EACCES' },
  },
  'without-feature': {
    ...quiet,
    snapshot: snapshotOf('machine-A-luks-lvm'),
    targets: parseKeyedTargets(crypt0),
    exitrd: { state: 'ready', features: ['base', 'lvm'] },
  },
  'crash-kernel': {
    ...quiet,
    snapshot: snapshotOf('machine-A-luks-lvm'),
    targets: parseKeyedTargets(crypt0),
    crash: { ...loaded, keyNames: ['crypt0'] },
  },
  'crash-kernel-locked-down': {
    ...quiet,
    snapshot: snapshotOf('machine-A-luks-lvm'),
    targets: parseKeyedTargets(crypt0),
    crash: { ...loaded, keyNames: [], isLockedDown: true },
  },
  'crash-kernel-of-debian': {
    ...quiet,
    snapshot: snapshotOf('machine-A-luks-lvm'),
    targets: parseKeyedTargets(crypt0),
    crash: { ...loaded, isSealed: true },
  },
  'plain-swap': {
    ...quiet,
    snapshot: {
      ...snapshotOf('machine-A-luks-lvm'),
      swaps: [{ path: '/dev/vda', kind: 'partition', sizeKib: 1, usedKib: 0, priority: -2 }],
    },
    resumeDevice: '8:1',
  },
};

test.each(Object.entries(machines))('%s', async (name, facts) => {
  const status = statusOf(facts);
  expect(JSON.parse(JSON.stringify(status))).toEqual(status);
  await expect(renderStatus(status)).toMatchFileSnapshot(join(fixtures, 'status', `${name}.txt`));
});

test('all is well only with an exitrd, as root, and a way for each key', () => {
  const verdicts = Object.entries(machines).map(([name, facts]) => [
    name,
    statusOf(facts).wipeable,
  ]);
  expect(Object.fromEntries(verdicts)).toEqual({
    'luks-lvm': true,
    'many-keys': true,
    'no-exitrd': false,
    'not-root': false,
    'without-feature': false,
    'crash-kernel': true,
    'crash-kernel-locked-down': false,
    'crash-kernel-of-debian': false,
    'plain-swap': true,
  });
});
