/**
 * Files of procfs and sysfs that cannot be read, vanish while they are looked at, or are shown twice: the snapshot
 * has all the rest, and the plan every step that is about it, in the same order.
 */
import { describe, expect, test } from 'vitest';
import type { TeardownPlan } from '../../../src/plan/plan.ts';
import { planTeardown } from '../../../src/plan/plan-teardown.ts';
import { takeSnapshot } from '../../../src/snapshot/take-snapshot.ts';
import type { FactSource } from '../../../src/snapshot/fact-source.ts';

const block = '/sys/class/block';
const options = { oldRoot: '/oldroot', asideDirectory: '/mnt' };

/** A root and a swap area in LVM on LUKS on a partition, a loop device in that root, an array beside it. */
const files: Readonly<Record<string, string>> = {
  '/proc/self/mountinfo': [
    '1 0 0:1 / / rw - rootfs x rw',
    '2 1 253:1 / /oldroot rw - ext4 /dev/dm-1 rw',
    '3 2 7:0 / /oldroot/image rw - ext4 /dev/loop0 rw',
    '4 2 9:0 / /oldroot/data rw - ext4 /dev/md0 rw',
    '5 2 0:30 / /oldroot/tmp rw - tmpfs x rw',
    '',
  ].join('\n'),
  '/proc/swaps': 'Filename Type Size Used Priority\n/dev/dm-2 partition 8 0 -2\n',
  '/proc/cmdline': 'quiet\n',
  ...disk('sda', '8:0'),
  ...device('sda1', '8:1', [], ['dm-0']),
  [`${block}/sda1/uevent`]: 'MAJOR=8\nMINOR=1\nDEVTYPE=partition\nPARTN=1\n',
  ...disk('sdb', '8:16', ['md0']),
  ...disk('sdc', '8:32', ['md0']),
  ...mapped('dm-0', '253:0', 'secret', 'CRYPT-LUKS2-x', ['sda1'], ['dm-1', 'dm-2']),
  ...mapped('dm-1', '253:1', 'vg-root', 'LVM-1', ['dm-0'], []),
  ...mapped('dm-2', '253:2', 'vg-swap', 'LVM-2', ['dm-0'], []),
  ...device('loop0', '7:0', [], []),
  [`${block}/loop0/loop/backing_file`]: '/oldroot/file\n',
  [`${block}/loop0/loop/autoclear`]: '0\n',
  ...device('md0', '9:0', ['sdb', 'sdc'], []),
  [`${block}/md0/md/level`]: 'raid1\n',
  [`${block}/md0/md/array_state`]: 'clean\n',
};
const table =
  'secret: 0 512 crypt aes 0 8:1 0\nvg-root: 0 256 linear 253:0 0\nvg-swap: 0 256 linear 253:0 256\n';

function disk(name: string, devnum: string, holders: string[] = []) {
  return device(name, devnum, [], holders);
}

function device(name: string, devnum: string, slaves: string[], holders: string[]) {
  const [major, minor] = devnum.split(':');
  const links = [
    ...slaves.map((other) => `slaves/${other}`),
    ...holders.map((other) => `holders/${other}`),
  ];
  return {
    [`${block}/${name}/uevent`]: `MAJOR=${major}\nMINOR=${minor}\nDEVTYPE=disk\n`,
    [`${block}/${name}/size`]: '512\n',
    [`${block}/${name}/ro`]: '0\n',
    ...Object.fromEntries(links.map((link) => [`${block}/${name}/${link}`, ''])),
  };
}

function mapped(
  name: string,
  devnum: string,
  dm: string,
  uuid: string,
  slaves: string[],
  holders: string[],
) {
  return {
    ...device(name, devnum, slaves, holders),
    [`${block}/${name}/dm/name`]: `${dm}\n`,
    [`${block}/${name}/dm/uuid`]: `${uuid}\n`,
    [`${block}/${name}/dm/suspended`]: '0\n',
  };
}

const source: FactSource = {
  read: async (path) => files[path] ?? fail('ENOENT'),
  list: async (path) => {
    const names = Object.keys(files)
      .filter((file) => file.startsWith(`${path}/`))
      .map((file) => file.slice(path.length + 1).split('/', 1)[0]!);
    return names.length > 0 ? [...new Set(names)] : fail('ENOENT');
  },
  deviceMapperTable: async () => table,
};

function fail(code: string): never {
  throw Object.assign(new Error(code), { code });
}

const planOf = async (facts: FactSource) => planTeardown(await takeSnapshot(facts), options);

/** By their ids, the number of the wave that each step is in. */
const wavesOf = ({ waves }: TeardownPlan) =>
  new Map(waves.flatMap((wave, number) => wave.map(({ id }) => [id, number] as const)));

const whole = await planOf(source);
const allIds = whole.waves.flat().map(({ id }) => id);

/** Without these nobody knows what the device is: they are what makes it one in use. */
const lostWithout: Readonly<Record<string, string>> = {
  'dm-0/uevent': 'close-crypt secret',
  'dm-0/dm/name': 'close-crypt secret',
  'dm-1/uevent': 'remove-dm vg-root',
  'dm-1/dm/name': 'remove-dm vg-root',
  'dm-2/uevent': 'remove-dm vg-swap',
  'dm-2/dm/name': 'remove-dm vg-swap',
  'loop0/uevent': 'detach-loop loop0',
  'loop0/loop/backing_file': 'detach-loop loop0',
  'md0/uevent': 'stop-md md0',
  'md0/md/array_state': 'stop-md md0',
};

test('the machine is one whose plan has a step of each kind', () => {
  const others = ['/oldroot', '/oldroot/image', '/oldroot/data', '/oldroot/tmp']
    .map((target) => `unmount ${target}`)
    .concat('disable-swap /dev/dm-2');
  expect(allIds.toSorted()).toEqual(
    [...new Set([...others, ...Object.values(lostWithout)])].toSorted(),
  );
});

const inBlock = Object.keys(files).filter((path) => path.startsWith(block));
const directories = inBlock
  .filter((path) => /\/(?:slaves|holders)\//.test(path))
  .map((path) => path.replace(/\/[^/]+$/, ''));

describe.each(['ENOENT', 'EIO', 'EACCES', 'ENODEV'])('%s', (code) => {
  test.each([...new Set([...inBlock, ...directories])])('%s', async (path) => {
    const plan = await planOf({
      ...source,
      read: async (file) => (file === path ? fail(code) : await source.read(file)),
      list: async (directory) => (directory === path ? fail(code) : await source.list(directory)),
    });
    const lost = lostWithout[path.slice(block.length + 1)];
    const left = allIds.filter((id) => id !== lost);
    const waves = wavesOf(plan);
    expect([...waves.keys()].toSorted()).toEqual(left.toSorted());
    for (const { id, needs } of whole.waves.flat().filter((step) => waves.has(step.id))) {
      for (const need of needs.filter((one) => waves.has(one))) {
        expect(waves.get(need), `${need} before ${id}`).toBeLessThan(waves.get(id)!);
      }
    }
  });
});

test.each(['sda', 'sda1', 'dm-0', 'dm-1', 'loop0', 'md0'])(
  '%s is listed and gone when it is looked at: the rest is whole',
  async (name) => {
    const isGone = (path: string) => path.startsWith(`${block}/${name}/`);
    const { devices } = await takeSnapshot({
      ...source,
      read: async (path) => (isGone(path) ? fail('ENODEV') : await source.read(path)),
      list: async (path) => (isGone(`${path}/`) ? fail('ENOENT') : await source.list(path)),
    });
    const { devices: all } = await takeSnapshot(source);
    expect(devices).toEqual(all.filter((device) => device.name !== name));
  },
);

test('what is listed twice is there once', async () => {
  const facts: FactSource = {
    ...source,
    read: async (path) =>
      path === '/proc/self/mountinfo'
        ? (await source.read(path)).repeat(2)
        : await source.read(path),
    list: async (path) => (await source.list(path)).flatMap((name) => [name, name]),
  };
  expect(await takeSnapshot(facts)).toEqual(await takeSnapshot(source));
  expect(await planOf(facts)).toEqual(whole);
});

test('of two lines with one id the last counts', async () => {
  const facts: FactSource = {
    ...source,
    read: async (path) =>
      path === '/proc/self/mountinfo'
        ? `${await source.read(path)}5 2 0:30 / /oldroot/moved rw - tmpfs x rw\n`
        : await source.read(path),
  };
  const ids = (await planOf(facts)).waves.flat().map(({ id }) => id);
  expect(ids).toContain('unmount /oldroot/moved');
  expect(ids).not.toContain('unmount /oldroot/tmp');
});

test('nothing about devices can be read: the mounts are all unmounted', async () => {
  const facts: FactSource = {
    ...source,
    read: async (path) => (path.startsWith('/sys') ? fail('EIO') : await source.read(path)),
    list: async () => fail('EIO'),
  };
  const ids = (await planOf(facts)).waves.flat().map(({ id }) => id);
  expect(ids.filter((id) => id.startsWith('unmount'))).toHaveLength(4);
});
