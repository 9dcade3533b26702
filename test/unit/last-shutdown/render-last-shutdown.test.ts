import { expect, test } from 'vitest';
import type { FoundRecord } from '../../../src/last-shutdown/found-record.ts';
import { renderLastShutdown } from '../../../src/last-shutdown/render-last-shutdown.ts';

const record: FoundRecord = {
  place: 'shutdownramfs/last-shutdown.json on LABEL=RECORD',
  time: '2026-01-31T23:59:59Z',
  boot: '0f0e',
  summary: 'old root not freed, 1 key wiped, 1 left, 2.0 s',
  report: {
    verb: 'reboot',
    clean: false,
    left: ['unmount /oldroot'],
    failures: ['unmount /oldroot/\u001B[2J: target is busy'],
    keysRemaining: [],
    blockers: [],
    killed: ['busybox[7]'],
    memoryKept: [],
  },
  lines: ['the first', 'the last'],
};

test('one that was not clean', () => {
  expect(renderLastShutdown(record)).toBe(`shutdown of 2026-01-31 23:59:59 UTC, reboot: NOT CLEAN
old root not freed, 1 key wiped, 1 left, 2.0 s
left:
  unmount /oldroot
why:
  unmount /oldroot/?[2J: target is busy
killed:
  busybox[7]
the last that was said:
  the first
  the last
from shutdownramfs/last-shutdown.json on LABEL=RECORD, boot 0f0e
`);
});

test('one that was clean', () => {
  const report = { ...record.report!, clean: true, left: [], failures: [], killed: [] };
  const summary = 'old root freed, 1 key wiped, 0 left, 1.0 s';
  expect(renderLastShutdown({ ...record, summary, report }))
    .toBe(`shutdown of 2026-01-31 23:59:59 UTC, reboot: clean
${summary}
from shutdownramfs/last-shutdown.json on LABEL=RECORD, boot 0f0e
`);
});

test('one that ended without a report, as a log of the kernel tells', () => {
  expect(renderLastShutdown({ ...record, boot: '', summary: '', report: undefined }))
    .toBe(`shutdown of 2026-01-31 23:59:59 UTC: ended without a report
the last that was said:
  the first
  the last
from shutdownramfs/last-shutdown.json on LABEL=RECORD
`);
});
