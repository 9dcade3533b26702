import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { isCutOff } from '../../../src/exitrd/cut-off.ts';

let sysfs: string;

/** A device's directory below devices/, with a symlink to it in class/block, as the kernel makes them. */
async function device(
  place: string,
  files: Record<string, string>,
  slaves: readonly string[] = [],
) {
  const directory = join(sysfs, 'devices', place);
  await mkdir(join(directory, 'slaves'), { recursive: true });
  for (const [name, text] of Object.entries(files)) {
    await mkdir(join(directory, name, '..'), { recursive: true });
    await writeFile(join(directory, name), text);
  }
  for (const slave of slaves) await symlink(`../../${slave}`, join(directory, 'slaves', slave));
  const name = place.slice(place.lastIndexOf('/') + 1);
  await symlink(`../../devices/${place}`, join(sysfs, 'class/block', name));
}

beforeAll(async () => {
  sysfs = await mkdtemp(join(tmpdir(), 'cut-off-'));
  await mkdir(join(sysfs, 'class/block'), { recursive: true });
  await device('usb/sda', { 'device/state': 'running\n' });
  await device('usb/sda/sda1', { partition: '1\n' });
  await device('usb/sdb', { 'device/state': 'offline\n' });
  await device('usb/sdb/sdb1', { partition: '1\n' });
  await device('virtio/vda', {});
  await device('virtual/dm-0', {}, ['sda1']);
  await device('virtual/dm-1', {}, ['dm-0', 'vda']);
  await device('virtual/dm-2', {}, ['sdc1']);
  await device('virtual/dm-3', {}, ['vda', 'dm-2']);
  await device('virtual/dm-4', {}, ['sdb1']);
  await device('virtual/dm-5', {}, ['dm-5']);
  await device('virtual/md0', { 'md/level': 'raid1\n' }, ['vda', 'sdc1']);
  await device('virtual/md1', { 'md/level': 'raid1\n' }, ['sdb1', 'sdc1']);
  await device('virtual/md2', { 'md/level': 'raid0\n' }, ['vda', 'sdc1']);
  await device('virtual/dm-6', { 'dm/uuid': 'mpath-36001\n' }, ['sdb', 'vda']);
});
afterAll(() => rm(sysfs, { recursive: true }));

test.each([
  ['sda', false],
  ['sda1', false],
  ['vda', false],
  ['dm-0', false],
  ['dm-1', false],
  ['sdc', true],
  ['sdb', true],
  ['sdb1', true],
  ['dm-2', true],
  ['dm-3', true],
  ['dm-4', true],
  // One disk of two may be gone, or one path; not both, and none of a stripe.
  ['md0', false],
  ['md1', true],
  ['md2', true],
  ['dm-6', false],
  // No kernel has such a loop, but it ends.
  ['dm-5', false],
])('%s: %s', (name, expected) => {
  expect(isCutOff(name, sysfs)).toBe(expected);
});
