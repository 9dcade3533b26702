import { expect, test } from 'vitest';
import { recordText, type ShutdownRecord } from '../../../src/record/record.ts';

const record: ShutdownRecord = {
  version: 1,
  boot: '0f',
  time: '2026-01-31T23:59:59Z',
  summary: 'old root freed',
  report: { version: 1, clean: true },
};
const lines = ['the first', 'die zwölfte', 'the last "one"'];

test('a record with room for all of its lines', () => {
  expect(JSON.parse(recordText({ ...record, lines }, 10_000))).toEqual({ ...record, lines });
});

test('the last lines stay, as many as there is room for, to the byte', () => {
  const whole = recordText({ ...record, lines }, 10_000);
  const bytes = Buffer.byteLength(whole);
  expect(recordText({ ...record, lines }, bytes)).toBe(whole);
  const cut = recordText({ ...record, lines }, bytes - 1);
  expect(JSON.parse(cut)).toEqual({ ...record, lines: lines.slice(1) });
  expect(cut).toMatch(/\n$/);
});

test('without room for a line there are none; the rest is never cut', () => {
  for (const bytes of [0, Buffer.byteLength(recordText(record, 0)) + 20]) {
    expect(JSON.parse(recordText({ ...record, lines }, bytes))).toEqual(record);
  }
});
