import { expect, test } from 'vitest';
import { parseMountinfo } from '../../../src/snapshot/parse-mountinfo.ts';

function lineGives(name: string, line: string, expected: object): void {
  test(name, () => {
    const { mounts, garbledLines } = parseMountinfo(`${line}\n`);
    expect(garbledLines).toBe(0);
    expect(mounts[0]).toMatchObject(expected);
  });
}

function lineIsGarbled(name: string, line: string): void {
  test(name, () => {
    expect(parseMountinfo(`${line}\n`)).toEqual({ mounts: [], garbledLines: 1 });
  });
}

test('reads every field', () => {
  const line = '36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw,errors=continue\n';
  expect(parseMountinfo(line).mounts).toEqual([
    {
      mountId: 36,
      parentId: 35,
      devnum: '98:0',
      root: '/mnt1',
      target: '/mnt2',
      options: 'rw,noatime',
      tags: ['master:1'],
      fstype: 'ext3',
      source: '/dev/root',
      superOptions: 'rw,errors=continue',
    },
  ]);
});

lineGives('no optional field', '1 0 0:2 / / rw - rootfs rootfs rw', { tags: [] });
lineGives('several optional fields', '1 0 0:2 / / rw shared:3 master:1 propagate_from:2 - a b rw', {
  tags: ['shared:3', 'master:1', 'propagate_from:2'],
});
lineGives('a space in the target', String.raw`1 0 0:2 / /a\040b rw - ext4 /dev/vda rw`, {
  target: '/a b',
});
lineGives('a letter of several bytes', String.raw`1 0 0:2 / /\303\244 rw - ext4 /dev/vda rw`, {
  target: '/ä',
});
lineGives('an escaped backslash', String.raw`1 0 0:2 / /a\134040b rw - ext4 /dev/vda rw`, {
  target: String.raw`/a\040b`,
});
lineGives('a hash and a tab', String.raw`1 0 0:2 / /a\043\011 rw - ext4 /dev/vda rw`, {
  target: '/a#\t',
});
lineGives('an empty source', '1 0 0:2 / /a rw - ext4  rw', { fstype: 'ext4', source: '' });
lineGives(
  'superblock options stay escaped',
  String.raw`1 0 0:2 / /a rw - overlay overlay rw,lowerdir=/a\054b`,
  { superOptions: String.raw`rw,lowerdir=/a\054b` },
);
lineGives('no superblock options', '1 0 0:2 / /a rw - ext4 /dev/vda', { superOptions: '' });
lineGives('a dash among the optional fields', '1 0 0:2 / /- rw - ext4 /dev/vda rw', {
  target: '/-',
});

lineIsGarbled('no separator', '1 0 0:2 / /a rw ext4 /dev/vda rw');
lineIsGarbled('nothing behind the separator', '1 0 0:2 / /a rw -');
lineIsGarbled('no device number', '1 0 x / /a rw - ext4 /dev/vda rw');
lineIsGarbled('no mount id', 'x 0 0:2 / /a rw - ext4 /dev/vda rw');
lineIsGarbled('a relative target', '1 0 0:2 / a rw - ext4 /dev/vda rw');
lineIsGarbled('a cut line', '36 35 98:0 /mn');
lineIsGarbled('noise', '\0\0\0');

test('an empty table', () => {
  expect(parseMountinfo('')).toEqual({ mounts: [], garbledLines: 0 });
});
