import { describe, expect, test } from 'vitest';
import type { Report } from '../../../src/exitrd/report.ts';
import type { DrawnFault, DrawnMachine, Layer } from '../../torture/drawn-machine.ts';
import { complaints, type Evidence } from '../../torture/verdict.ts';

function disk(number: number): Layer {
  return { kind: 'disk', on: [], makes: [`d${number}`], name: `D${number}`, mib: 640 };
}

/** Root on LUKS on D1; data on a mirror of D2 and of a linear device on D3. */
function machine(...faults: DrawnFault[]): DrawnMachine {
  return {
    seed: 0,
    verb: 'reboot',
    systemd: 257,
    layers: [
      ...[1, 2, 3].map(disk),
      { kind: 'luks', on: ['d1'], makes: ['d4'], name: 'crypt', key: 'ab'.repeat(64), mib: 624 },
      { kind: 'linear', on: ['d3'], makes: ['d5'], name: 'weak', mib: 640 },
      { kind: 'array', on: ['d2', 'd5'], makes: ['d6'], name: 'md0', words: ['1'], mib: 636 },
      { kind: 'ext4', on: ['d4'], makes: ['m1'], mib: 624 },
      { kind: 'ext4', on: ['d6'], makes: ['m2'], mib: 636 },
    ],
    root: 'm1',
    places: [{ kind: 'move', mount: 'm2', parent: 'm1', path: 'data' }],
    faults,
  };
}

const report: Report = {
  version: 1,
  verb: 'reboot',
  clean: true,
  milliseconds: 1000,
  rounds: 1,
  closed: ['crypt'],
  wiped: [],
  keysRemaining: [],
  left: [],
  failures: [],
  blockers: [],
  killed: [],
  memoryKept: [],
  freed: 'zeroed',
};
const clean = { kind: 'ext4', needsRecovery: false, fsck: 0, known: 'intact' } as const;
const good: Evidence = {
  end: 'guest-reset',
  seconds: 2,
  report,
  memory: { keys: [], schedules: [] },
  crypts: 1,
  findings: [
    { ...clean, name: 'm1' },
    { ...clean, name: 'm2' },
  ],
};
const unplugged = (disk: string): DrawnFault => {
  return { kind: 'unplugged', disk, serial: disk.toUpperCase(), after: 1 };
};
const key = { address: 0, key: 'crypt', part: 'whole', shape: 'raw', found: 1, pieces: 1 } as const;

describe('a machine with no fault', () => {
  test('that went down well', () => {
    expect(complaints(machine(), good)).toEqual([]);
  });

  test('of which the log had no room for all', () => {
    const cut = { ...good, report: { ...report, closed: [], cut: true } } as const;
    expect(complaints(machine(), cut)).toEqual([]);
  });

  test.each<[string, Partial<Evidence>]>([
    ['reboot ended as guest-shutdown', { end: 'guest-shutdown' }],
    ['Kernel panic', { end: { failed: 'Kernel panic' } }],
    ['took 126 s', { seconds: 126 }],
    ['key of crypt in memory: whole, raw', { memory: { keys: [key], schedules: [] } }],
    [
      'schedule of an unknown key of 256 bits in memory',
      { memory: { keys: [], schedules: [{ address: 0, bits: 256, key: '', errors: 0 }] } },
    ],
    ['0 crypt devices, drawn were 1', { crypts: 0 }],
    ['m2: not found again', { findings: good.findings.slice(0, 1) }],
    ['no report', { report: undefined }],
    ['report has verb poweroff', { report: { ...report, verb: 'poweroff' } }],
    ['report tells of 0 keys of 1', { report: { ...report, closed: [] } }],
    [
      'report says that keys remain: crypt',
      { report: { ...report, closed: [], keysRemaining: ['crypt'] } },
    ],
    [
      'report is not clean: left unmount /oldroot',
      { report: { ...report, clean: false, left: ['unmount /oldroot'] } },
    ],
  ])('%s', (complaint, evidence) => {
    expect(complaints(machine(), { ...good, ...evidence })).toEqual([complaint]);
  });

  test('whose disk is dirty, while the report says clean', () => {
    const findings = [
      { ...clean, name: 'm1' },
      { ...clean, name: 'm2', needsRecovery: true },
    ];
    expect(complaints(machine(), { ...good, findings })).toEqual([
      'm2: ext4 was not unmounted',
      'report says clean, a disk is not',
    ]);
  });
});

describe('what a fault takes away', () => {
  const lost = { ...good, report: { ...report, clean: false }, findings: good.findings.slice(1) };

  test('a dead disk: its file system alone', () => {
    expect(complaints(machine(unplugged('d1')), lost)).toEqual([]);
    expect(complaints(machine(unplugged('d3')), lost)).toEqual(['m1: not found again']);
  });

  test('both halves of a mirror: what is on it', () => {
    const failing = {
      kind: 'failing',
      device: 'd5',
      name: 'weak',
      target: 'error',
      after: 1,
    } as const;
    const evidence = { ...lost, findings: good.findings.slice(0, 1) };
    expect(complaints(machine(failing), evidence)).toEqual(['m2: not found again']);
    expect(complaints(machine(failing, unplugged('d2')), evidence)).toEqual([]);
  });

  test('a half that never answers: the same', () => {
    const silent = {
      kind: 'failing',
      device: 'd5',
      name: 'weak',
      target: 'delay',
      after: 1,
    } as const;
    const evidence = { ...lost, findings: good.findings.slice(0, 1) };
    expect(complaints(machine(silent), evidence)).toEqual([]);
  });

  test('an executable that was killed: the report, and unmounting; never keys or data', () => {
    const killed = { kind: 'killed', signal: 'KILL', after: 1 } as const;
    const findings = [
      { ...clean, name: 'm1', needsRecovery: true },
      { ...clean, name: 'm2' },
    ];
    const evidence = { ...good, report: undefined, findings };
    expect(complaints(machine(killed), evidence)).toEqual([]);
    const worse = { ...evidence, memory: { keys: [key], schedules: [] } };
    expect(complaints(machine(killed), worse)).toEqual(['key of crypt in memory: whole, raw']);
  });
});
