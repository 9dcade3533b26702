import { expect, test } from 'vitest';
import { parseKernelLog, parseRecord } from '../../../src/last-shutdown/found-record.ts';
import { recordText } from '../../../src/record/record.ts';

const report = {
  version: 1,
  verb: 'reboot',
  clean: false,
  left: ['unmount /oldroot'],
  failures: ['unmount /oldroot: target is busy'],
  keysRemaining: [],
  blockers: [],
  killed: [],
  memoryKept: [],
};
const record = {
  version: 1,
  boot: '0f0e',
  time: '2026-01-31T23:59:59Z',
  summary: 'old root not freed, 1 key wiped, 1 left, 2.0 s',
  report,
  lines: ['unmount /oldroot: failed'],
} as const;

test('what the exitrd writes is understood', () => {
  const { version: _, ...known } = report;
  expect(parseRecord(recordText(record, 10_000), 'a file')).toEqual({
    place: 'a file',
    boot: record.boot,
    time: record.time,
    summary: record.summary,
    report: known,
    lines: record.lines,
  });
});

test('a report cut to its bones, and one with words of another version', () => {
  const cut = {
    ...record,
    report: { version: 2, verb: 'poweroff', clean: true, cut: true, left: 7 },
  };
  expect(parseRecord(JSON.stringify(cut), 'x')?.report).toEqual({
    verb: 'poweroff',
    clean: true,
    left: [],
    failures: [],
    keysRemaining: [],
    blockers: [],
    killed: [],
    memoryKept: [],
  });
});

test.each(['', '{', '[]', 'null', '{"time":"2026-01-31T23:59:59Z"}', '{"report":{"clean":true}}'])(
  '%j is no record',
  (text) => {
    expect(parseRecord(text, 'x')).toBeUndefined();
  },
);

const time = '2026-02-01T00:00:00Z';

test('a log of the kernel has the report and what was said', () => {
  const log = `Shutdown#1 Part1
<6>[   15.8] shutdownramfs: unmount /oldroot: failed
<6>[   15.9] EXT4-fs (dm-1): re-mounted
<6>[   16.0] shutdownramfs: ${record.summary}
<5>[   16.1] shutdownramfs: ${JSON.stringify(report)}
`;
  expect(parseKernelLog(log, 'the store', time)).toMatchObject({
    place: 'the store',
    time,
    summary: record.summary,
    report: { verb: 'reboot', clean: false },
    lines: ['unmount /oldroot: failed', record.summary],
  });
});

test('a log of a shutdown that the guard had to end has no report, but tells that', () => {
  const log = '<4>[   16.0] shutdownramfs: the executable is gone or silent\n';
  expect(parseKernelLog(log, 'the store', time)).toMatchObject({
    summary: '',
    report: undefined,
    lines: ['the executable is gone or silent'],
  });
});

test('a log of something else is no record', () => {
  expect(parseKernelLog('Oops#1 Part1\n<1>[ 1.0] BUG: unable to handle\n', 'x', time)).toBe(
    undefined,
  );
});
