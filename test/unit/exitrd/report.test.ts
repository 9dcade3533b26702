import { expect, test } from 'vitest';
import { fitReport, summaryOf, type Report } from '../../../src/exitrd/report.ts';

const clean: Report = {
  version: 1,
  verb: 'poweroff',
  clean: true,
  milliseconds: 912,
  rounds: 1,
  closed: ['cr0', 'cr1'],
  wiped: [],
  keysRemaining: [],
  left: [],
  failures: [],
  blockers: [],
  killed: [],
  memoryKept: [],
  freed: 'zeroed',
};

const overwritten = { coveredMib: 765, freeMib: 766, passes: 2, seconds: 7.1, end: 'all' };

test.each<[string, Report, string]>([
  [
    'all well',
    clean,
    'old root freed, 2 keys wiped, 0 left, freed memory erased by the kernel, 0.9 s',
  ],
  [
    'one key',
    { ...clean, closed: ['cr0'] },
    'old root freed, 1 key wiped, 0 left, freed memory erased by the kernel, 0.9 s',
  ],
  [
    'memory that stays readable',
    { ...clean, freed: 'unknown' },
    'old root freed, 2 keys wiped, 0 left, freed memory not erased, 0.9 s',
  ],
  [
    'memory overwritten',
    { ...clean, freed: 'kept', overwritten },
    'old root freed, 2 keys wiped, 0 left, free memory overwritten (765 of 766 MiB), 0.9 s',
  ],
  [
    'memory overwritten until the time was up',
    { ...clean, freed: 'kept', overwritten: { ...overwritten, coveredMib: 300, end: 'time' } },
    'old root freed, 2 keys wiped, 0 left, free memory overwritten in part (300 of 766 MiB), 0.9 s',
  ],
  [
    'a suspended device',
    { ...clean, closed: [], wiped: ['cr0'], left: ['close cr0'] },
    'old root not freed, 1 key wiped, 1 left, freed memory erased by the kernel, 0.9 s',
  ],
  [
    'a key in memory',
    { ...clean, closed: [], keysRemaining: ['cr0'], left: ['close cr0'] },
    'KEY MAY REMAIN: cr0 (0 keys wiped, 1 left, freed memory erased by the kernel, 0.9 s)',
  ],
])('%s', (_, report, line) => {
  expect(summaryOf(report)).toBe(line);
});

test('a short report is not cut', () => {
  expect(fitReport(clean, 900)).toEqual(clean);
});

test('a long one stays valid and says that it was cut', () => {
  const long = {
    ...clean,
    left: Array.from({ length: 500 }, (_, index) => `unmount /oldroot/${index}`),
  };
  const fitted = fitReport(long, 900);
  expect(fitted).toMatchObject({ cut: true, verb: 'poweroff' });
  expect(JSON.stringify(fitted).length).toBeLessThanOrEqual(900);
  expect(fitReport(long, 10)).toEqual({ version: 1, verb: 'poweroff', clean: true, cut: true });
});
