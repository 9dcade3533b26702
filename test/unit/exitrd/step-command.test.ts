import { expect, test } from 'vitest';
import { commandsOfStep, preparationOfStep } from '../../../src/exitrd/step-command.ts';
import type { TeardownStep } from '../../../src/plan/plan.ts';

const base = { id: 'x', needs: [] };
const mount = {
  ...base,
  kind: 'unmount',
  mountId: 9,
  target: '/oldroot',
  devnum: '253:1',
  fstype: 'ext4',
} as const;

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
    ['dmsetup remove --noudevsync --noudevrules --manglename none a b', 'cryptsetup close a b'],
  ],
  [
    { ...base, kind: 'close-crypt', device: 'dm-0', name: 'sed', uuid: 'CRYPT-LUKS2-OPAL-00' },
    ['cryptsetup close sed', 'dmsetup remove --noudevsync --noudevrules --manglename none sed'],
  ],
  [
    { ...base, kind: 'remove-dm', device: 'dm-1', name: 'vg-root', uuid: 'LVM-', layer: 'lvm' },
    ['dmsetup remove --noudevsync --noudevrules --manglename none vg-root'],
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
      'dmsetup remove --noudevsync --noudevrules --manglename none vg-thin',
      'lvm lvchange -aln --noudevsync /dev/mapper/vg-thin',
    ],
  ],
  [
    { ...base, kind: 'stop-md', device: 'md127', external: false, container: false },
    ['mdadm --stop /dev/md127'],
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
    for (const [program] of commandsOfStep(step)) expect(program).toMatch(/^\/usr\/s?bin\//);
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
    'message --noudevsync --noudevrules --manglename none mpatha 0 fail_if_no_path',
  ],
] as const)('what prepares %s', (_, step, words) => {
  expect(preparationOfStep(step)?.slice(1).join(' ')).toBe(words);
});
