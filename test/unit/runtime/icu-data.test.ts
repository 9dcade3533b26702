import { expect, test } from 'vitest';
import { parseIcuData, writeIcuData } from '../../../scripts/runtime/icu-data.ts';
import { isKeptIcuEntry } from '../../../scripts/runtime/kept-icu-entries.ts';
import { Failure } from '../../../src/failure.ts';

const header = Buffer.alloc(32);
header.writeUInt16LE(32, 0);
header.writeUInt16LE(0x27da, 2);
header.write('CmnD\x01', 12, 'latin1');

/** Written by hand: two entries of 16 and 5 bytes. */
const table = Buffer.alloc(64);
table.writeUInt32LE(2, 0);
table.writeUInt32LE(20, 4);
table.writeUInt32LE(32, 8);
table.writeUInt32LE(24, 12);
table.writeUInt32LE(48, 16);
table.write('p/a\0p/b\0', 20, 'latin1');
table.fill('x', 32, 48).fill('y', 48, 53);
const data = Buffer.concat([header, table]);

test('the entries are found by the table of contents', () => {
  const { entries } = parseIcuData(data);
  expect(entries.map(({ name, bytes }) => [name, bytes.toString('latin1')])).toEqual([
    ['p/a', 'x'.repeat(16)],
    ['p/b', `yyyyy${'\0'.repeat(11)}`],
  ]);
});

test('what is written is what was read, also without some entries', () => {
  const icu = parseIcuData(data);
  expect(writeIcuData(icu)).toEqual(data);
  const fewer = { ...icu, entries: icu.entries.slice(1) };
  const written = writeIcuData(fewer);
  expect(written.length).toBeLessThan(data.length);
  expect(parseIcuData(written)).toEqual(fewer);
});

test('what is no such data is refused', () => {
  const changed = (at: number, value: number) => Buffer.from(data).fill(value, at, at + 1);
  const wrong = [
    changed(2, 0), // magic
    changed(8, 1), // big-endian
    changed(12, 0x44), // another kind of data
    changed(16, 2), // another format
    changed(32, 0xff), // more entries than there are bytes
    changed(49, 0xff), // an entry beyond the end
    changed(45, 0xff), // a name beyond the end
    data.subarray(0, 40),
  ];
  for (const bytes of wrong) expect(() => parseIcuData(bytes)).toThrow(Failure);
});

test('English and what has no language stay', () => {
  const kept = [
    'en.res',
    'en_US.res',
    'root.res',
    'curr/root.res',
    'coll/ucadata.icu',
    'uts46.nrm',
  ];
  const left = ['de.res', 'ang.res', 'en_AU.res', 'zone/cs.res', 'brkitr/thaidict.dict'];
  const more = ['translit/root.res', 'big5.cnv', 'unames.icu'];
  const names = [...kept, ...left, ...more];
  expect(names.filter((name) => isKeptIcuEntry(`icudt78l/${name}`))).toEqual(kept);
});
