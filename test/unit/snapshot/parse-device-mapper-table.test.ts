import { expect, test } from 'vitest';
import { parseDeviceMapperTable } from '../../../src/snapshot/parse-device-mapper-table.ts';

function tableGives(name: string, table: string, expected: Record<string, string[]>): void {
  test(name, () => {
    expect(Object.fromEntries(parseDeviceMapperTable(table))).toEqual(expected);
  });
}

tableGives(
  'a crypt device and a volume',
  'cryptroot: 0 2064384 crypt aes-xts-plain64 :64:logon:cryptsetup:8c4e-d0 0 9:0 32768\n' +
    'vg0-root: 0 1048576 linear 253:0 2048\n',
  { cryptroot: ['crypt'], 'vg0-root': ['linear'] },
);
tableGives(
  'several segments in order',
  'vg0-a: 0 8 linear 253:0 0\nvg0-a: 8 8 striped 2 128 254:1 0 254:2 0\n',
  { 'vg0-a': ['linear', 'striped'] },
);
tableGives('a target without arguments', 'dead: 0 8 error \nold: 0 8 zero\n', {
  dead: ['error'],
  old: ['zero'],
});
tableGives('a mangled name', String.raw`my\x20disk: 0 8 linear 254:0 0`, { 'my disk': ['linear'] });
tableGives('a colon in a name', 'a:b: 0 8 linear 254:0 0', { 'a:b': ['linear'] });
tableGives('a line end in a name', 'a\nb: 0 8 linear 254:0 0\na\nb: 8 8 crypt x\nc: 0 8 zero\n', {
  'a\nb': ['linear', 'crypt'],
  b: ['linear', 'crypt'],
  c: ['zero'],
});
tableGives('a device without table', 'empty: \n', {});
tableGives('no devices', 'No devices found\n', {});
tableGives('nothing', '', {});
