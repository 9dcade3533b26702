import { describe, expect, test } from 'vitest';
import { describeBlocker, nameBlockers, type BlockerFacts } from '../../../src/exitrd/blockers.ts';
import { planTeardown } from '../../../src/plan/plan-teardown.ts';
import { parseMountinfo } from '../../../src/snapshot/parse-mountinfo.ts';
import type { BlockDevice, Snapshot } from '../../../src/snapshot/snapshot.ts';

const mountLines = `22 1 0:5 / / rw - tmpfs tmpfs rw
30 22 253:1 / /oldroot rw - ext4 /dev/mapper/vg0-root rw
31 30 253:2 / /oldroot/data rw - ext4 /dev/mapper/vg0-data rw`;

function device(name: string, devnum: BlockDevice['devnum'], more: Partial<BlockDevice>) {
  return { name, devnum, sizeSectors: 8, readOnly: false, slaves: [], holders: [], ...more };
}

function mapped(name: string, uuid: string, targets: readonly string[]): Partial<BlockDevice> {
  return { dm: { name, uuid, suspended: false, targets } };
}

const devices = [
  device('vda', '254:0', { holders: ['dm-0'] }),
  device('dm-0', '253:0', {
    ...mapped('crypt0', 'CRYPT-LUKS2-0-crypt0', ['crypt']),
    slaves: ['vda'],
    holders: ['dm-1', 'dm-2'],
  }),
  device('dm-1', '253:1', { ...mapped('vg0-root', 'LVM-1', ['linear']), slaves: ['dm-0'] }),
  device('dm-2', '253:2', { ...mapped('vg0-data', 'LVM-2', ['linear']), slaves: ['dm-0'] }),
];

/** Without the mounts of these targets. */
function snapshotOf(...gone: readonly string[]): Snapshot {
  const { mounts } = parseMountinfo(mountLines);
  return {
    version: 1,
    mounts: mounts.filter(({ target }) => !gone.includes(target)),
    swaps: [],
    devices,
    multiDevices: [],
    garbledLines: 0,
    commandLine: '',
  };
}

const nothing: BlockerFacts = {
  survivors: [],
  waiting: [],
  fileSystems: [],
  exports: [],
  suspects: [],
};
const sleeper = { processId: 123, name: 'sleep', storageDaemon: false };

/** @param reason why the steps failed that nothing else stood before. */
function blockersOf(snapshot: Snapshot, facts: Partial<BlockerFacts>, reason = 'busy') {
  const left = planTeardown(snapshot, { oldRoot: '/oldroot', asideDirectory: '/mnt' });
  const failures = left.waves[0]?.map((step) => ({ step, result: 'failed', reason }) as const);
  return nameBlockers(left, failures ?? [], snapshot, { ...nothing, ...facts }).map(
    describeBlocker,
  );
}

describe('a mount', () => {
  test.each([
    ['cwd', '/oldroot/data/x', '(cwd /oldroot/data/x)'],
    ['fd 3', '/oldroot/data/x (deleted)', '(fd 3 /oldroot/data/x (deleted))'],
    ['root', '/oldroot/data', '(root /oldroot/data)'],
    ['cwd', '/oldroot/data (deleted)', '(cwd /oldroot/data (deleted))'],
  ])('is held by a process: %s %s', (how, path, text) => {
    const survivors = [{ ...sleeper, holds: [{ how, path }] }];
    expect(blockersOf(snapshotOf(), { survivors })).toEqual([
      `unmount /oldroot/data: held by sleep[123] ${text}`,
    ]);
  });

  test('is not held by whoever holds its neighbour', () => {
    const survivors = [{ ...sleeper, holds: [{ how: 'cwd', path: '/oldroot/database' }] }];
    expect(blockersOf(snapshotOf(), { survivors })).toEqual([
      'unmount /oldroot/data: held by nobody that can be seen: the kernel itself',
    ]);
  });

  test('gives no answer', () => {
    const waiting = [
      { processId: 9, name: 'umount', words: ['umount', '-n', '/oldroot/data'], where: 'io_wait' },
    ];
    expect(blockersOf(snapshotOf(), { waiting }, 'no end within 40.0 s')).toEqual([
      'unmount /oldroot/data: no answer to umount[9], which waits in the kernel (io_wait)',
    ]);
  });

  test('has a file that the kernel exports, told by its path before the pivot', () => {
    const exports = [{ by: 'SCSI target pin', path: '/exported' }];
    expect(blockersOf(snapshotOf('/oldroot/data'), { exports })).toContain(
      'unmount /oldroot: held by the kernel itself: SCSI target pin (/exported)',
    );
  });

  test('is held by what does not say so', () => {
    expect(blockersOf(snapshotOf(), { suspects: ['nfsd'] })).toEqual([
      'unmount /oldroot/data: held by nobody that can be seen: the kernel itself (perhaps nfsd)',
    ]);
  });

  test('whose tool failed is held by nobody', () => {
    expect(blockersOf(snapshotOf(), {}, 'ENOENT')).toEqual([]);
  });
});

describe('a device', () => {
  const bare = snapshotOf('/oldroot', '/oldroot/data');

  test.each([
    ['open', { holds: [{ how: 'fd 4', path: '/oldroot/dev/dm-2' }] }, 'held by sleep[123] (fd 4'],
    [
      'open by its name',
      { holds: [{ how: 'fd 4', path: '/dev/mapper/vg0-data' }] },
      'held by sleep[123] (fd 4',
    ],
    [
      'mounted elsewhere',
      { holds: [], otherMounts: parseMountinfo(mountLines).mounts.slice(2) },
      'mounted at /oldroot/data in the mount namespace of sleep[123]',
    ],
  ])('is held by a process: %s', (_, survivor, text) => {
    const found = blockersOf(bare, { survivors: [{ ...sleeper, ...survivor }] });
    expect(found.filter((line) => line.startsWith('remove-dm vg0-data'))).toEqual([
      expect.stringContaining(`remove-dm vg0-data: ${text}`),
    ]);
  });

  test('has a file system that is mounted nowhere', () => {
    expect(blockersOf(bare, { fileSystems: [{ fstype: 'ext4', device: 'dm-1' }] })).toContain(
      'remove-dm vg0-root: held by its ext4, mounted nowhere that can be seen',
    );
  });

  test('gives no answer', () => {
    const waiting = [{ processId: 9, name: 'dmsetup', words: ['dmsetup', 'vg0-root'], where: '' }];
    expect(blockersOf(bare, { waiting }, 'no end')).toEqual([
      'remove-dm vg0-root: no answer to dmsetup[9], which waits in the kernel',
    ]);
  });

  test('below what is left is not asked about', () => {
    expect(blockersOf(bare, {}).some((line) => line.includes('crypt0'))).toBe(false);
  });
});
