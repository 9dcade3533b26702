import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { findMedium } from '../../../src/medium/find-medium.ts';
import { renderMedium } from '../../../src/medium/render-medium.ts';
import { parseSnapshot } from '../../../src/snapshot/parse-snapshot.ts';
import type { BlockDevice, MountPoint, Snapshot } from '../../../src/snapshot/snapshot.ts';

const fixtures = join(import.meta.dirname, '../../fixtures/snapshot');

function recorded(name: string): Snapshot {
  return parseSnapshot(readFileSync(join(fixtures, `${name}.json`), 'utf8'), name);
}

const strip = (path: string) => path.replace(/^\/oldroot(?=\/|$)/, '') || '/';

/** The machine as it was while it ran. */
function beforePivot(snapshot: Snapshot): Snapshot {
  return {
    ...snapshot,
    mounts: snapshot.mounts
      .filter(({ target }) => target.startsWith('/oldroot'))
      .map((mount) => ({ ...mount, target: strip(mount.target) })),
    devices: snapshot.devices.map((device) =>
      device.loop === undefined
        ? device
        : { ...device, loop: { ...device.loop, backingFile: strip(device.loop.backingFile) } },
    ),
  };
}

const tell = (snapshot: Snapshot) => renderMedium(findMedium(snapshot));

describe('machines that were recorded', () => {
  test.each([
    ['live-overlay', 'disk sda\n'],
    ['machine-live', 'disk vda\n'],
    ['machine-live-persistence', 'disk vda\ndisk vdb\n'],
    ['machine-live-toram', 'memory\n'],
    ['machine-casper', 'disk vda\n'],
    ['machine-dmsquash', 'disk vda\n'],
    ['machine-dmsquash-overlay', 'disk vda\n'],
    ['machine-nested-overlays', 'disk vda\n'],
    ['machine-A-luks-lvm', 'disk vda\n'],
    ['machine-E-loop-on-itself', 'disk vda\n'],
    ['machine-F-overlay-root', 'disk vda\ndisk vdb\n'],
    ['machine-H-container-file', 'disk vda\n'],
  ])('%s', (name, text) => {
    expect(tell(recorded(name))).toBe(text);
    expect(tell(beforePivot(recorded(name)))).toBe(text);
  });

  test.each([
    ['machine-B-md-luks-lvm', /md0: it outlives some of its members/],
    ['garbled', /ext4 is on no block device/],
    ['empty', /it is no mount point/],
  ])('%s cannot be told', (name, reason) => {
    expect(() => tell(recorded(name))).toThrow(reason);
  });
});

let mounts = 0;
function mount(
  target: string,
  fstype: string,
  devnum: MountPoint['devnum'],
  more = {},
): MountPoint {
  mounts += 1;
  return {
    mountId: mounts,
    parentId: 0,
    devnum,
    root: '/',
    target,
    options: 'rw',
    tags: [],
    fstype,
    source: fstype,
    superOptions: 'rw',
    ...more,
  };
}

function device(name: string, devnum: BlockDevice['devnum'], more = {}): BlockDevice {
  return { name, devnum, sizeSectors: 8, readOnly: true, slaves: [], holders: [], ...more };
}

const loop = (backingFile: string) => ({ loop: { backingFile, autoclear: true, offset: 0 } });

/** Debian live: an overlay of a squashfs on a loop device, whose file is on the medium. */
function live(medium: MountPoint, devices: readonly BlockDevice[]): Snapshot {
  const squashfs = '/run/live/rootfs/filesystem.squashfs';
  const branch = '/run/live/overlay';
  const superOptions = `rw,lowerdir=${squashfs}/,upperdir=${branch}/rw,workdir=${branch}/work`;
  return {
    version: 1,
    mounts: [
      mount('/', 'overlay', '0:29', { superOptions }),
      mount('/run', 'tmpfs', '0:25'),
      mount(squashfs, 'squashfs', '7:0'),
      mount(branch, 'tmpfs', '0:26'),
      medium,
    ],
    swaps: [],
    devices: [
      device('loop0', '7:0', loop('/run/live/medium/live/filesystem.squashfs')),
      ...devices,
    ],
    multiDevices: [],
    garbledLines: 0,
    commandLine: 'boot=live',
  };
}

const place = '/run/live/medium';
const stick = [device('sda', '8:0'), device('sda1', '8:1', { partitionOf: 'sda' })];

describe('live systems', () => {
  test.each([
    ['a partition of a stick', live(mount(place, 'vfat', '8:1'), stick), 'disk sda\n'],
    ['a whole stick', live(mount(place, 'iso9660', '8:0'), stick), 'disk sda\n'],
    ['a disc', live(mount(place, 'iso9660', '11:0'), [device('sr0', '11:0')]), 'cd sr0\n'],
    ['memory (toram)', live(mount(place, 'tmpfs', '0:40'), stick), 'memory\n'],
    ['a stick that is gone', live(mount(place, 'vfat', '8:1'), []), 'gone 8:1\n'],
    [
      'a stick that is gone under a crypt device',
      live(mount(place, 'ext4', '253:0'), [device('dm-0', '253:0', { slaves: ['sda1'] })]),
      'gone sda1\n',
    ],
  ])('%s', (_, snapshot, text) => {
    expect(tell(snapshot)).toBe(text);
  });

  const onDisk = live(mount(place, 'iso9660', '7:1'), [
    device('loop1', '7:1', loop('/run/live/findiso/live.iso')),
    device('nvme0n1', '259:0'),
    device('nvme0n1p2', '259:2', { partitionOf: 'nvme0n1' }),
  ]);

  test('an image file on a disk', () => {
    const disk = mount('/run/live/findiso', 'ext4', '259:2');
    expect(tell({ ...onDisk, mounts: [...onDisk.mounts, disk] })).toBe('disk nvme0n1\n');
  });

  test('an image file that lies nowhere to be seen', () => {
    const mounts = onDisk.mounts.filter(({ target }) => target !== '/run');
    expect(() => tell({ ...onDisk, mounts })).toThrow('live.iso: no mount of today');
  });

  test('the network', () => {
    const snapshot = live(mount(place, 'nfs4', '0:50'), stick);
    expect(() => tell(snapshot)).toThrow('/run/live/medium: nfs4 is on no block device');
  });
});
