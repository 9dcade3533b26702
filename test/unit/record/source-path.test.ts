import { expect, test } from 'vitest';
import { sourcePath } from '../../../src/record/source-path.ts';

test.each([
  ['UUID=1234-ABCD', '/dev/disk/by-uuid/1234-ABCD'],
  ['PARTUUID=0d-1', '/dev/disk/by-partuuid/0d-1'],
  // udev(7), ID_FS_LABEL_ENC: what is neither plain nor UTF-8 is in hexadecimal.
  ['PARTLABEL=EFI system partition', '/dev/disk/by-partlabel/EFI\\x20system\\x20partition'],
  ['LABEL=a/b\\c', '/dev/disk/by-label/a\\x2fb\\x5cc'],
  ['LABEL=weiß', '/dev/disk/by-label/weiß'],
  ['/dev/vda1', '/dev/vda1'],
])('%s is %s', (source, path) => {
  expect(sourcePath(source)).toBe(path);
});
