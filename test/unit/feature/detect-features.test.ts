/** Which features a target needs, from what its files and its machine say. */
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { detectFeatures, type TargetFacts } from '../../../src/feature/detect-features.ts';
import { features } from '../../../src/feature/features.ts';
import { loadSnapshot } from '../../../src/snapshot/load-snapshot.ts';
import type { DeviceGroupKind, Snapshot } from '../../../src/snapshot/snapshot.ts';

const free = features.filter(({ binaries }) => binaries.length === 0).map(({ name }) => name);
const onDeviceMapper = ['integrity', 'verity', 'multipath', 'dm'];
const everything = new Set(features.map(({ name }) => name));

interface Target {
  /** Text by path. */
  readonly files?: Readonly<Record<string, string>>;
  readonly stack?: Snapshot;
  readonly equipped?: readonly string[];
  readonly unreadable?: readonly string[];
}

function factsOf({ files = {}, stack, equipped, unreadable = [] }: Target): TargetFacts {
  return {
    files: Object.entries(files).map(([path, text]) => ({ path, text })),
    unreadable,
    stack,
    equipped: equipped === undefined ? everything : new Set(equipped),
  };
}

function detect(target: Target): Map<string, string> {
  const needed = detectFeatures(features, factsOf(target)).filter(({ isNeeded }) => isNeeded);
  return new Map(needed.map(({ feature, reason }) => [feature.name, reason]));
}

/** Without those that are always there. */
function namesOf(target: Target): string[] {
  return [...detect(target).keys()].filter((name) => name !== 'base' && !free.includes(name));
}

const idle: Snapshot = {
  version: 1,
  mounts: [],
  swaps: [],
  devices: [],
  multiDevices: [],
  garbledLines: 0,
  commandLine: '',
};

/** A root that can do nothing: all that is taken has a reason of its own. */
const bare = (path: string, text: string) => detect({ files: { [path]: text }, equipped: [] });

describe('what a file names', () => {
  test.each<[path: string, text: string, feature: string, reason: string]>([
    ['/etc/fstab', '/dev/mapper/vg0-root / ext4 defaults 0 1', 'lvm', 'names /dev/mapper/vg0-root'],
    ['/etc/fstab', '/dev/mapper/my--vg-root / ext4', 'lvm', 'names /dev/mapper/my--vg-root'],
    ['/etc/fstab', '# root\n/dev/vg0/root / ext4', 'lvm', 'names /dev/vg0/root'],
    [
      '/etc/fstab',
      '/dev/disk/by-id/dm-name-vg0-a /a xfs',
      'lvm',
      'names /dev/disk/by-id/dm-name-vg0-a',
    ],
    [
      '/etc/fstab',
      '/dev/disk/by-id/dm-uuid-LVM-x /a xfs',
      'lvm',
      'names /dev/disk/by-id/dm-uuid-LVM-x',
    ],
    ['/etc/fstab', '/dev/mapper/sda2_crypt / ext4', 'crypt', 'names /dev/mapper/sda2_crypt'],
    ['/etc/fstab', '/dev/mapper/luks-6d2-4a1 / ext4', 'crypt', 'names /dev/mapper/luks-6d2-4a1'],
    ['/etc/fstab', '/dev/mapper/root / ext4', 'crypt', 'names /dev/mapper/root'],
    [
      '/etc/fstab',
      '/dev/mapper/mpatha-part1 / ext4',
      'multipath',
      'names /dev/mapper/mpatha-part1',
    ],
    ['/etc/fstab', '/dev/md0 /srv ext4', 'md', 'names /dev/md0'],
    ['/etc/fstab', '/dev/md/home /home ext4', 'md', 'names /dev/md/home'],
    [
      '/etc/fstab',
      '/dev/disk/by-id/md-uuid-1:2 /home ext4',
      'md',
      'names /dev/disk/by-id/md-uuid-1:2',
    ],
    ['/etc/fstab', '/dev/nbd0p1 /srv ext4 _netdev', 'nbd', 'names /dev/nbd0p1'],
    ['/etc/fstab', '/dev/bcache0 / ext4', 'bcache', 'names /dev/bcache0'],
    ['/etc/fstab', '/dev/zvol/tank/a none swap', 'zfs', 'names /dev/zvol/tank/a'],
    ['/etc/fstab', 'tank/home /home zfs defaults', 'zfs', 'names tank/home'],
    ['/etc/fstab', 'server:/home /home nfs4 defaults', 'nfs', 'names server:/home'],
    ['/etc/fstab', 'UUID=1 / btrfs subvol=@', 'btrfs', 'names UUID=1'],
    [
      '/etc/fstab',
      '/dev/disk/by-path/ip-10.0.0.1:3260-iscsi-iqn.2003-01.org:a-lun-1 /a ext4',
      'iscsi',
      'names /dev/disk/by-path/ip-10.0.0.1:3260-iscsi-iqn.2003-01.org:a-lun-1',
    ],
    ['/etc/crypttab', '# <name>\nsda2_crypt UUID=1 none luks', 'crypt', 'names sda2_crypt'],
    ['/etc/crypttab', 'swap /dev/vg0/swap /dev/urandom swap', 'lvm', 'names /dev/vg0/swap'],
    ['/etc/crypttab', 'a /dev/md127', 'md', 'names /dev/md127'],
    ['/etc/integritytab', 'data PARTUUID=1', 'integrity', 'names data'],
    ['/etc/veritytab', 'usr PARTUUID=1 PARTUUID=2 abc', 'verity', 'names usr'],
    ['/etc/mdadm/mdadm.conf', 'HOMEHOST <system>\nARRAY /dev/md/0 UUID=1', 'md', 'names /dev/md/0'],
    ['/etc/mdadm.conf', 'array /dev/md1 uuid=1', 'md', 'names /dev/md1'],
    ['/etc/mdadm/mdadm.conf.d/a.conf', 'ARRAY /dev/md2', 'md', 'names /dev/md2'],
    ['/etc/multipath/wwids', '# wwids\n/3600a0b8/', 'multipath', 'names /3600a0b8/'],
    ['/etc/multipath.conf', 'defaults {\n}', 'multipath', 'is there'],
    ['/etc/nbdtab', 'nbd0 server export', 'nbd', 'names nbd0'],
    ['/etc/nbd-client', 'AUTO_GEN="n"\nNBD_DEVICE[0]=/dev/nbd0', 'nbd', 'names /dev/nbd0'],
    ['/etc/zfs/zpool.cache', '\u0001tank', 'zfs', 'is there'],
    ['/etc/kernel/cmdline', 'ro rd.luks.uuid=luks-1 quiet', 'crypt', 'has rd.luks.uuid=luks-1'],
    ['/etc/kernel/cmdline', 'root=/dev/vg0/root', 'lvm', 'has root=/dev/vg0/root'],
    ['/usr/lib/kernel/cmdline', 'usrhash=abc', 'verity', 'has usrhash=abc'],
    [
      '/etc/default/grub',
      'GRUB_CMDLINE_LINUX="cryptdevice=UUID=1:root ro"',
      'crypt',
      'has cryptdevice=UUID=1:root',
    ],
    ['/etc/default/grub.d/a.cfg', "A='rd.md.uuid=1'", 'md', 'has rd.md.uuid=1'],
    [
      '/boot/loader/entries/a.conf',
      'title A\noptions root=ZFS=tank/root',
      'zfs',
      'has root=ZFS=tank/root',
    ],
    [
      '/proc/cmdline',
      'BOOT_IMAGE=/vmlinuz netroot=iscsi:@10.0.0.1::3260::iqn',
      'iscsi',
      'has netroot=iscsi:@10.0.0.1::3260::iqn',
    ],
    ['/proc/cmdline', 'root=nbd:10.0.0.1:a', 'nbd', 'has root=nbd:10.0.0.1:a'],
    ['/proc/cmdline', 'rd.lvm.lv=vg0/root', 'lvm', 'has rd.lvm.lv=vg0/root'],
    ['/proc/cmdline', 'root=/dev/nfs nfsroot=10.0.0.1:/a', 'nfs', 'has nfsroot=10.0.0.1:/a'],
  ])('%s: %s', (path, text, feature, reason) => {
    expect(bare(path, text).get(feature)).toBe(`${path} ${reason}`);
  });

  test.each<[path: string, names: string, feature: string, reason: string]>([
    ['/etc/lvm/backup/', 'vg0', 'lvm', '/etc/lvm/backup has vg0'],
    ['/etc/lvm/archive/', 'vg0_00001-1.vg', 'lvm', '/etc/lvm/archive has vg0_00001-1.vg'],
    ['/etc/iscsi/nodes/', 'iqn.2003-01.org:a', 'iscsi', '/etc/iscsi/nodes has iqn.2003-01.org:a'],
    ['/etc/zfs/zfs-list.cache/', 'tank', 'zfs', '/etc/zfs/zfs-list.cache has tank'],
  ])('the directory %s', (path, names, feature, reason) => {
    expect(bare(path, names).get(feature)).toBe(reason);
  });

  test.each([
    ['/etc/fstab', '/dev/sda1 / ext4\nUUID=1 /home xfs\nLABEL=a none swap\ntmpfs /tmp tmpfs'],
    [
      '/etc/fstab',
      '/dev/disk/by-uuid/1 / ext4\n/dev/disk/by-partlabel/a /a ext4\n/dev/sr0 /m auto',
    ],
    ['/etc/fstab', '# /dev/mapper/vg0-root / ext4'],
    ['/etc/crypttab', '# <target name> <source device> <key file> <options>'],
    ['/etc/mdadm/mdadm.conf', 'HOMEHOST <system>\nMAILADDR root\nARRAY <ignore> UUID=1'],
    ['/etc/multipath.conf', '# nothing'],
    ['/etc/default/grub', 'GRUB_CMDLINE_LINUX="quiet"\n# rd.luks.uuid=1'],
    ['/proc/cmdline', 'BOOT_IMAGE=/vmlinuz root=UUID=1 ro rd.luks=0 rd.md=0'],
    ['/etc/shadow', '/dev/md0'],
  ])('nothing is seen in %s: %s', (path, text) => {
    expect(namesOf({ files: { [path]: text }, equipped: [] })).toEqual([]);
  });

  test('a name of crypttab is no logical volume, whatever hyphens it has', () => {
    const files = { '/etc/fstab': '/dev/mapper/my-disk / ext4', '/etc/crypttab': 'my-disk UUID=1' };
    expect(namesOf({ files, equipped: [] })).toEqual(['crypt', ...onDeviceMapper]);
  });
});

describe('another root than the running one', () => {
  const standard = features.filter((feature) => feature.standard).map(({ name }) => name);
  test('takes the default as far as its programs are there', () => {
    const all = detect({ files: { '/etc/fstab': 'UUID=1 / ext4' } });
    expect([...all.keys()]).toEqual(standard);
    expect(all.get('lvm')).toBe('nothing speaks against it, and its programs are there');
    expect(namesOf({ equipped: ['md'] })).toEqual(['md']);
    expect(namesOf({ equipped: [] })).toEqual([]);
  });
  test('takes what a file names though its programs are not there', () => {
    expect(namesOf({ files: { '/etc/zfs/zpool.cache': 'tank' }, equipped: [] })).toEqual(['zfs']);
  });
  test('never takes the tools for a person', () => {
    expect(namesOf({})).not.toContain('shell');
  });
});

describe('the running machine', () => {
  test('leaves out what neither it nor its files have, but for cryptsetup', () => {
    expect(namesOf({ stack: idle })).toEqual(['crypt', ...onDeviceMapper]);
    expect(detect({ stack: idle }).get('verity')).toBe('it adds no file');
    expect(namesOf({ stack: idle, equipped: ['lvm', 'md'] })).toEqual([]);
  });
  test('takes what cannot be told', () => {
    const said = detect({ stack: idle, unreadable: ['/etc/crypttab'] });
    expect(said.get('md')).toBe('/etc/crypttab cannot be read');
    expect([...said.keys()]).not.toContain('zfs');
  });
  test.each<[DeviceGroupKind, string, string, string]>([
    ['iscsi-session', 'session1', 'iscsi', 'the machine has session1 (iscsi session)'],
    ['zfs-pool', 'tank', 'zfs', 'the machine has tank (zfs pool)'],
    ['nvme-controller', 'nvme1', 'nvme-of', 'the machine has nvme1 (nvme controller)'],
    ['bcache-set', '1-2', 'bcache', 'the machine has 1-2 (bcache set)'],
  ])('%s', (kind, name, feature, reason) => {
    const stack: Snapshot = { ...idle, deviceGroups: [{ kind, name, devices: [] }] };
    expect(detect({ stack, equipped: [] }).get(feature)).toBe(reason);
  });
  test.each([
    ['zd0', 'zfs'],
    ['nbd0', 'nbd'],
    ['sda', undefined],
  ])('%s', (name, feature) => {
    const plain = {
      devnum: '1:0',
      sizeSectors: 1,
      readOnly: false,
      slaves: [],
      holders: [],
    } as const;
    const said = detect({ stack: { ...idle, devices: [{ ...plain, name }] }, equipped: [] });
    const found = [...said].find(([, reason]) => reason === `the machine has ${name}`)?.[0];
    expect(found).toBe(feature);
  });
  test.each(['zfs', 'nfs', 'nfs4', 'btrfs'])('%s at a mount point', (fstype) => {
    const mount = {
      mountId: 1,
      parentId: 0,
      devnum: '0:1',
      root: '/',
      target: '/a',
      fstype,
    } as const;
    const rest = { options: '', tags: [], source: '', superOptions: '' };
    const said = detect({ stack: { ...idle, mounts: [{ ...mount, ...rest }] }, equipped: [] });
    expect([...said.values()]).toContain(`${fstype} is mounted at /a`);
  });

  const recorded = join(import.meta.dirname, '../../fixtures/snapshot');
  const expected: Readonly<Record<string, readonly string[]>> = {
    'machine-A-luks-lvm': ['crypt', 'lvm'],
    'machine-B-md-luks-lvm': ['crypt', 'lvm', 'md'],
    'machine-C-lvm-md-luks': ['crypt', 'lvm', 'md'],
    'machine-D-md-lvm-md-luks': ['crypt', 'lvm', 'md'],
    'machine-H-container-file': ['crypt', 'lvm'],
    'machine-J-luks1-plain-integrity': ['crypt', 'integrity', 'lvm'],
    'machine-live': ['crypt'],
    'machine-dmsquash': ['dm'],
    'machine-casper': [],
    'machine-bcache': ['crypt', 'bcache'],
  };
  test.each(Object.entries(expected))('as recorded: %s', async (name, names) => {
    const snapshot = await loadSnapshot(join(recorded, `${name}.json`));
    const said = detectFeatures(features, {
      ...factsOf({ stack: { ...idle, ...snapshot }, equipped: [] }),
    }).filter(({ reason }) => reason.startsWith('the machine has'));
    expect(said.map(({ feature }) => feature.name)).toEqual(names);
  });
});
