import { expect, test } from 'vitest';
import type { FactSource } from '../../../src/snapshot/fact-source.ts';
import { localFactSource } from '../../../src/snapshot/local-fact-source.ts';
import { takeSnapshot } from '../../../src/snapshot/take-snapshot.ts';

const block = '/sys/class/block';

/** Files as an exitrd with a logical volume on a partition, a bound loop and an array sees them. */
const files: Readonly<Record<string, string>> = {
  '/proc/self/mountinfo': '22 1 0:5 / / rw - tmpfs tmpfs rw\nnoise\n',
  '/proc/swaps': 'Filename Type Size Used Priority\n/mapper/vg0-swap partition 8 0 -2\n',
  '/proc/cmdline': 'quiet\n',
  [`${block}/nvme0n1/uevent`]: 'MAJOR=259\nMINOR=0\nDEVNAME=nvme0n1\nDEVTYPE=disk\n',
  [`${block}/nvme0n1/size`]: '2048\n',
  [`${block}/nvme0n1/ro`]: '1\n',
  [`${block}/nvme0n1p12/uevent`]: 'MAJOR=259\nMINOR=1\nDEVTYPE=partition\nPARTN=12\n',
  [`${block}/nvme0n1p12/size`]: '1024\n',
  [`${block}/nvme0n1p12/holders/dm-0`]: '',
  [`${block}/dm-0/uevent`]: 'MAJOR=253\nMINOR=0\n',
  [`${block}/dm-0/size`]: '512\n',
  [`${block}/dm-0/slaves/nvme0n1p12`]: '',
  [`${block}/dm-0/dm/name`]: String.raw`my\x20vg` + '\n',
  [`${block}/dm-0/dm/uuid`]: 'LVM-x\n',
  [`${block}/dm-0/dm/suspended`]: '0\n',
  [`${block}/loop0/uevent`]: 'MAJOR=7\nMINOR=0\n',
  [`${block}/loop0/loop/backing_file`]: '/oldroot/a b (deleted)\n',
  [`${block}/loop0/loop/autoclear`]: '1\n',
  [`${block}/loop0/loop/offset`]: '512\n',
  [`${block}/loop1/uevent`]: 'MAJOR=7\nMINOR=1\n',
  [`${block}/ram0/uevent`]: 'MAJOR=1\nMINOR=0\n',
  [`${block}/md0/uevent`]: 'MAJOR=9\nMINOR=0\n',
  [`${block}/md0/md/level`]: 'raid1\n',
  [`${block}/md0/md/array_state`]: 'clean\n',
  [`${block}/md0/md/metadata_version`]: '1.2\n',
  [`${block}/md0/md/sync_action`]: 'idle\n',
};

function sourceOf(files: Readonly<Record<string, string>>, table = ''): FactSource {
  return {
    read: async (path) => files[path] ?? Promise.reject(new Error('ENOENT')),
    list: async (path) => [
      ...new Set(
        Object.keys(files)
          .filter((file) => file.startsWith(`${path}/`))
          .map((file) => file.slice(path.length + 1).split('/', 1)[0]!),
      ),
    ],
    deviceMapperTable: async () => table,
  };
}

const recorded = sourceOf(files, 'my vg: 0 512 linear 259:1 0\n');

test('reads what the kernel shows, and leaves out what is not in use', async () => {
  const disk = { readOnly: false, slaves: [], holders: [] };
  expect(await takeSnapshot(recorded)).toMatchObject({
    version: 1,
    commandLine: 'quiet',
    garbledLines: 1,
    mounts: [{ target: '/' }],
    swaps: [{ path: '/mapper/vg0-swap' }],
    devices: [
      {
        name: 'dm-0',
        devnum: '253:0',
        sizeSectors: 512,
        slaves: ['nvme0n1p12'],
        dm: { name: String.raw`my\x20vg`, uuid: 'LVM-x', suspended: false, targets: ['linear'] },
      },
      {
        ...disk,
        name: 'loop0',
        loop: { backingFile: '/oldroot/a b (deleted)', autoclear: true, offset: 512 },
      },
      {
        name: 'md0',
        md: { level: 'raid1', arrayState: 'clean', metadataVersion: '1.2', syncAction: 'idle' },
      },
      { ...disk, name: 'nvme0n1', devnum: '259:0', sizeSectors: 2048, readOnly: true },
      { ...disk, name: 'nvme0n1p12', partitionOf: 'nvme0n1', holders: ['dm-0'] },
    ],
  });
});

const reject = () => Promise.reject(new Error('EIO'));

test('where nothing can be read the snapshot is empty', async () => {
  const source = { read: reject, list: reject, deviceMapperTable: async () => '' };
  expect(await takeSnapshot(source)).toMatchObject({ mounts: [], swaps: [], devices: [] });
});

test('this machine has a /proc', async () => {
  const { mounts, garbledLines } = await takeSnapshot(localFactSource);
  expect(mounts.map(({ target }) => target)).toContain('/proc');
  expect(garbledLines).toBe(0);
});

test('reads the branches of aufs, the uppermost first, where one is mounted', async () => {
  const union = '/sys/fs/aufs/si_9d4f1a20';
  const more: Readonly<Record<string, string>> = {
    '/proc/self/mountinfo': '25 1 0:25 / /oldroot rw - aufs aufs rw,noatime,si=9d4f1a20\n',
    '/sys/fs/aufs/config': 'CONFIG_AUFS_FS=m\n',
    [`${union}/br0`]: '/oldroot/run/live/overlay=rw\n',
    [`${union}/br10`]: '/last=ro\n',
    [`${union}/br2`]: '/oldroot/run/live/rootfs/filesystem.squashfs=rr+wh\n',
    [`${union}/brid0`]: '64\n',
    [`${union}/xi_path`]: '/oldroot/run/live/overlay/.aufs.xino\n',
  };
  const { aufs } = await takeSnapshot(sourceOf(more));
  expect(aufs).toEqual([
    {
      id: '9d4f1a20',
      branches: [
        '/oldroot/run/live/overlay=rw',
        '/oldroot/run/live/rootfs/filesystem.squashfs=rr+wh',
        '/last=ro',
      ],
    },
  ]);
  expect(await takeSnapshot(recorded)).not.toHaveProperty('aufs');
});

test('reads what holds devices together and is none itself', async () => {
  const set = '/sys/fs/bcache/5878151d-c01a-4671-b44b-5b4f57281822';
  const session = '/sys/class/iscsi_session/session3';
  const device = (name: string) => ({ [`${block}/${name}/uevent`]: 'MAJOR=8\nMINOR=0\n' });
  const source = sourceOf({
    ...device('sda'),
    ...device('sdb'),
    ...device('sdc'),
    ...device('bcache0'),
    ...device('bcache1'),
    [`${block}/bcache0/bcache/state`]: 'dirty\n',
    [`${block}/bcache1/bcache/label`]: '\n',
    [`${block}/sda/bcache/running`]: '1\n',
    [`${block}/sdc/bcache/running`]: '0\n',
    '/sys/fs/bcache/register': '',
    [`${set}/stop`]: '',
    [`${set}/bdev0/dev`]: '',
    [`${set}/cache0/set`]: '',
    [`${set}/cache0/../uevent`]: 'MAJOR=104\nDEVNAME=cciss/c0d0\nDEVTYPE=disk\n',
    '/proc/spl/kstat/zfs/arcstats': '',
    '/proc/spl/kstat/zfs/tank/state': 'ONLINE\n',
    [`${session}/targetname`]: 'iqn.x\n',
    [`${session}/device/target3:0:0/3:0:0:0/block/sdd`]: '',
    [`${session}/device/target3:0:0/3:0:0:1/block/sde`]: '',
    [`${session}/device/power/control`]: '',
    '/sys/class/nvme/nvme0/delete_controller': '',
    '/sys/class/nvme/nvme0/nvme2c0n1/size': '',
    '/sys/class/nvme/nvme1/delete_controller': '',
    '/sys/class/nvme/nvme1/nvme1n7/size': '',
    '/sys/class/nvme/nvme1/power/control': '',
    // On the machine's own bus.
    '/sys/class/nvme/nvme3/transport': 'pcie\n',
    '/sys/class/nvme/nvme3/nvme3n1/size': '',
  });
  const { deviceGroups, devices } = await takeSnapshot(source);
  expect(deviceGroups).toEqual([
    { kind: 'bcache-set', name: set.split('/').at(-1), devices: ['cciss!c0d0'] },
    { kind: 'bcache-backing', name: 'sdc', devices: ['sdc'] },
    { kind: 'zfs-pool', name: 'tank', devices: [] },
    { kind: 'iscsi-session', name: 'session3', devices: ['sdd', 'sde'] },
    { kind: 'nvme-controller', name: 'nvme0', devices: ['nvme2n1'] },
    { kind: 'nvme-controller', name: 'nvme1', devices: ['nvme1n7'] },
  ]);
  expect(devices.map(({ name, bcache }) => [name, bcache])).toEqual([
    ['bcache0', { state: 'dirty' }],
    ['bcache1', undefined],
    ['sda', undefined],
    ['sdb', undefined],
    ['sdc', undefined],
  ]);
  expect(await takeSnapshot(recorded)).not.toHaveProperty('deviceGroups');
});

test('an integrity device with a key is told from one without', async () => {
  const table = 'my vg: 0 512 integrity 259:1 0 32 J 1 internal_hash:hmac(sha256):00\n';
  const tables = [table, table.replace('hmac(sha256):00', 'crc32c')];
  const [keyed, plain] = await Promise.all(
    tables.map(async (text) => (await takeSnapshot(sourceOf(files, text))).devices[0]?.dm),
  );
  expect(keyed).toMatchObject({ targets: ['integrity'], integrityKey: true });
  expect(plain).toMatchObject({ targets: ['integrity'] });
  expect(plain).not.toHaveProperty('integrityKey');
});
