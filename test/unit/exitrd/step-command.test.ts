import { expect, test } from 'vitest';
import {
  commandsOfStep,
  lockDriveCommand,
  preparationOfStep,
  standInOf,
} from '../../../src/exitrd/step-command.ts';
import type { TeardownStep } from '../../../src/plan/plan.ts';

const base = { id: 'x', needs: [], after: [] };
const mount = {
  ...base,
  kind: 'unmount',
  mountId: 9,
  target: '/oldroot',
  devnum: '253:1',
  fstype: 'ext4',
} as const;

const group = { ...base, kind: 'dissolve-group' } as const;
const stopAndWait = `echo 1 >"$0" || exit
for file; do while [ -e "$file" ]; do sleep 0.1; done; done`;
const toEach = 'status=0; for file; do echo "$0" >"$file" || status=1; done; exit $status';
const logOut = `[ -x /usr/sbin/iscsiadm ] || { echo 'no iscsiadm' >&2; exit 1; }
[ -e /etc/passwd ] || echo root:x:0:0::/: >/etc/passwd
/usr/sbin/iscsid --no-pid-file
for _ in $(seq 20); do /usr/sbin/iscsiadm --mode session --sid "$0" --logout && exit; sleep 0.2; done
exit 1`;

const cases: readonly [TeardownStep, readonly string[]][] = [
  [{ ...mount, lazy: false }, ['umount -n -c -i /oldroot']],
  [{ ...mount, lazy: true }, ['umount -n -c -i -l /oldroot']],
  [
    { ...base, kind: 'move-mount', mountId: 4, from: '/oldroot/base', to: '/mnt/4' },
    ['mount -n -c --move /oldroot/base /mnt/4'],
  ],
  [
    {
      ...base,
      kind: 'disable-swap',
      path: '/mapper/vg-swap (deleted)',
      device: 'dm-2',
      usedKib: 0,
    },
    ['busybox swapoff /dev/dm-2'],
  ],
  [
    { ...base, kind: 'disable-swap', path: '/oldroot/swapfile', usedKib: 0 },
    ['busybox swapoff /oldroot/swapfile'],
  ],
  [
    { ...base, kind: 'detach-loop', device: 'loop3', backingFile: '/a' },
    ['busybox losetup -d /dev/loop3'],
  ],
  [
    { ...base, kind: 'close-crypt', device: 'dm-0', name: 'a b', uuid: 'CRYPT-LUKS2-00' },
    [
      'dmsetup remove --noudevsync --noudevrules --manglename none -- a b',
      'cryptsetup close -- a b',
    ],
  ],
  [
    { ...base, kind: 'close-crypt', device: 'dm-0', name: 'sed', uuid: 'CRYPT-LUKS2-OPAL-00' },
    [
      'cryptsetup close -- sed',
      'dmsetup remove --noudevsync --noudevrules --manglename none -- sed',
    ],
  ],
  [
    { ...base, kind: 'remove-dm', device: 'dm-1', name: 'vg-root', uuid: 'LVM-', layer: 'lvm' },
    ['dmsetup remove --noudevsync --noudevrules --manglename none -- vg-root'],
  ],
  [
    {
      ...base,
      kind: 'remove-dm',
      device: 'dm-1',
      name: 'vg-thin',
      uuid: 'LVM-',
      layer: 'lvm-metadata',
    },
    [
      'dmsetup remove --noudevsync --noudevrules --manglename none -- vg-thin',
      'lvm lvchange -aln --noudevsync /dev/mapper/vg-thin',
    ],
  ],
  [
    { ...base, kind: 'stop-md', device: 'md127', external: false, container: false },
    ['mdadm --stop /dev/md127'],
  ],
  [
    { ...base, kind: 'stop-bcache', device: 'bcache0', state: 'dirty' },
    [`busybox sh -c ${stopAndWait} /sys/block/bcache0/bcache/stop /sys/block/bcache0`],
  ],
  [
    { ...group, group: 'bcache-set', name: 'c0-01', devices: ['vdb', 'dm-3'] },
    [
      `busybox sh -c ${stopAndWait} /sys/fs/bcache/c0-01/stop /sys/fs/bcache/c0-01 /sys/class/block/vdb/bcache /sys/class/block/dm-3/bcache`,
    ],
  ],
  [
    { ...group, group: 'bcache-backing', name: 'vdc1', devices: ['vdc1'] },
    [`busybox sh -c ${stopAndWait} /sys/class/block/vdc1/bcache/stop /sys/class/block/vdc1/bcache`],
  ],
  [{ ...base, kind: 'disconnect-nbd', device: 'nbd3' }, ['shutdown --disconnect-nbd nbd3']],
  [
    { ...group, group: 'nvme-controller', name: 'nvme4', devices: ['nvme2n1'] },
    [`busybox sh -c ${toEach} 1 /sys/class/nvme/nvme4/delete_controller`],
  ],
  [{ ...group, group: 'zfs-pool', name: 'tank', devices: [] }, ['zpool export tank']],
  [
    { ...group, group: 'iscsi-session', name: 'session12', devices: ['sdc', 'sdd'] },
    [
      `busybox sh -c ${logOut} 12`,
      `busybox sh -c ${toEach} 1 /sys/block/sdc/device/delete /sys/block/sdd/device/delete`,
    ],
  ],
];

test.each(cases)('%j', (step, commands) => {
  expect(
    commandsOfStep(step).map(([program, ...words]) =>
      [program.split('/').at(-1), ...words].join(' '),
    ),
  ).toEqual(commands);
});

test('every tool is named by its absolute path, never looked up', () => {
  for (const [step] of cases) {
    for (const [program] of commandsOfStep(step))
      expect(program).toMatch(/^\/usr\/(?:s?bin|lib\/shutdownramfs)\//);
  }
});

test.each([
  [
    'a native array',
    { ...base, kind: 'stop-md', device: 'md0', external: false, container: false },
    undefined,
  ],
  [
    'an external array',
    { ...base, kind: 'stop-md', device: 'md126', external: true, container: false },
    '--wait-clean /dev/md126',
  ],
  [
    'its container',
    { ...base, kind: 'stop-md', device: 'md127', external: true, container: true },
    undefined,
  ],
  [
    'multipath',
    {
      ...base,
      kind: 'remove-dm',
      device: 'dm-0',
      name: 'mpatha',
      uuid: 'mpath-1',
      layer: 'multipath',
    },
    'message --noudevsync --noudevrules --manglename none -- mpatha 0 fail_if_no_path',
  ],
  ['a network block device', { ...base, kind: 'disconnect-nbd', device: 'nbd0' }, 'sync /dev/nbd0'],
  [
    'what comes over a controller',
    { ...group, group: 'nvme-controller', name: 'nvme0', devices: ['nvme0n1', 'nvme0n2'] },
    'sync /dev/nvme0n1 /dev/nvme0n2',
  ],
  // Without a name sync(1) flushes everything there is.
  [
    'a controller without disks',
    { ...group, group: 'nvme-controller', name: 'nvme0', devices: [] },
    undefined,
  ],
  [
    'a set, whose devices are on this side',
    { ...group, group: 'bcache-set', name: 'c0', devices: ['vdb'] },
    undefined,
  ],
] as const)('what prepares %s', (_, step, words) => {
  expect(preparationOfStep(step)?.slice(1).join(' ')).toBe(words);
});

test.each([
  ['CRYPT-LUKS2-OPAL-00-sed', 'cryptsetup luksSuspend -- sed'],
  ['CRYPT-LUKS2-00-sed', undefined],
])('of %s that cannot be closed the drive is locked: %s', (uuid, command) => {
  const step = { ...base, kind: 'close-crypt', device: 'dm-0', name: 'sed', uuid } as const;
  expect(lockDriveCommand(step)?.join(' ').replace(/^.*\//, '')).toBe(command);
});

test('busybox moves a mount from within, whatever its name', () => {
  const [command] = commandsOfStep({
    ...base,
    kind: 'move-mount',
    mountId: 4,
    from: '/oldroot/base #1',
    to: '/mnt/4',
  });
  expect(standInOf(command!)).toEqual([
    '/usr/bin/busybox',
    'sh',
    '-c',
    'cd "$0" && exec /usr/bin/busybox mount -n -o move . "$1"',
    '/oldroot/base #1',
    '/mnt/4',
  ]);
});
