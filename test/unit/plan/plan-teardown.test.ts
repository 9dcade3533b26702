import { expect, test } from 'vitest';
import { planTeardown } from '../../../src/plan/plan-teardown.ts';
import type { PlanOptions } from '../../../src/plan/plan.ts';
import type { Snapshot } from '../../../src/snapshot/snapshot.ts';
import { machine, mountExitrd, type Machine } from '../../support/machine.ts';

/** The ids of each wave. */
function planIs(
  name: string,
  build: (m: Machine) => void,
  expected: readonly string[][],
  more: Partial<PlanOptions> = {},
  aufs: Snapshot['aufs'] = [],
): void {
  test(name, () => {
    const m = machine();
    build(m);
    const options = { oldRoot: '/oldroot', asideDirectory: '/mnt', ...more };
    const { waves } = planTeardown({ ...m.snapshot(), aufs }, options);
    expect(waves.map((wave) => wave.map(({ id }) => id))).toEqual(expected);
  });
}

planIs('nothing', () => undefined, []);
planIs('an exitrd alone', (m) => m.mount('/', 'tmpfs'), []);
planIs(
  'a cycle: root on a loop file in a mount below root',
  (m) => {
    const volume = m.volume('vg0-base', [m.crypt('cryptroot', m.disk('vda'))]);
    const loop = m.loop('/oldroot/base/root.img');
    m.mount('/', 'tmpfs');
    m.mount('/oldroot', 'ext4', { device: loop });
    m.mount('/oldroot/base', 'ext4', { device: volume });
  },
  [
    ['move-mount /oldroot/base'],
    ['unmount /oldroot'],
    ['detach-loop loop0'],
    ['unmount /oldroot/base'],
    ['remove-dm vg0-base'],
    ['close-crypt cryptroot'],
  ],
);

planIs(
  'a guess gives way to what speaks against it, and to nothing else',
  (m) => {
    m.mount('/', 'tmpfs');
    const layers = 'lowerdir=/gone,upperdir=/oldroot/a/upper,workdir=/oldroot/a/work';
    m.mount('/oldroot', 'overlay', { superOptions: `rw,${layers}` });
    m.mount('/oldroot/a', 'btrfs', { device: m.disk('vda') });
    m.mount('/oldroot/b', 'aufs', { superOptions: 'rw,br:/oldroot/a/upper=rw' });
    // On one of the two the overlay's lost layer may lie. The second cannot be it, and the first
    // would not be only if what the second suggests were so.
    m.loop('/oldroot/b/file');
    m.loop('/oldroot/file');
  },
  [
    ['detach-loop loop1', 'move-mount /oldroot/a', 'move-mount /oldroot/b'],
    ['unmount /oldroot'],
    ['detach-loop loop0'],
    ['unmount /oldroot/b'],
    ['unmount /oldroot/a'],
  ],
);

const aufsLive = (m: Machine) => {
  m.mount('/', 'tmpfs');
  m.mount('/oldroot', 'aufs', { superOptions: 'rw,noatime,si=9d4f1a20' });
  m.mount('/oldroot/medium', 'vfat', { device: m.disk('sda') });
  const loop = m.loop('/oldroot/medium/filesystem.squashfs');
  m.mount('/oldroot/rofs', 'squashfs', { device: loop });
  m.mount('/oldroot/cow', 'tmpfs');
};
planIs(
  'the branches of an aufs are known from its number',
  aufsLive,
  [
    ['move-mount /oldroot/cow', 'move-mount /oldroot/medium', 'move-mount /oldroot/rofs'],
    ['unmount /oldroot'],
    ['unmount /oldroot/cow', 'unmount /oldroot/rofs'],
    ['detach-loop loop0'],
    ['unmount /oldroot/medium'],
  ],
  {},
  [{ id: '9d4f1a20', branches: ['/oldroot/cow=rw', '/oldroot/rofs=rr'] }],
);

test('kernel interfaces are detached with all below, users memory is unmounted for real', () => {
  const m = machine();
  mountExitrd(m, () => m.mount('/oldroot', 'ext4', { device: m.disk('vda') }));
  const { waves } = planTeardown(m.snapshot(), { oldRoot: '/oldroot', asideDirectory: '/mnt' });
  const unmounts = waves.flat().filter((step) => step.kind === 'unmount');
  expect(unmounts.map(({ target, lazy }) => `${target}${lazy ? ' lazy' : ''}`)).toEqual([
    '/dev/shm',
    '/oldroot/dev/shm',
    '/oldroot/proc lazy',
    '/oldroot/run lazy',
    '/oldroot/sys lazy',
    '/oldroot/tmp',
    '/oldroot/dev lazy',
    '/oldroot',
  ]);
});

planIs(
  'where the parent is shared nothing can be moved: its tree is detached lazily',
  (m) => {
    const loop = m.loop('/oldroot/base/root.img');
    m.mount('/', 'tmpfs');
    m.mount('/oldroot', 'ext4', { device: loop, tags: ['shared:1'] });
    m.mount('/oldroot/base', 'ext4', { device: m.disk('vda') });
  },
  [['unmount /oldroot'], ['detach-loop loop0']],
);
planIs(
  'what is busy for no known reason is moved aside, so that the rest can go',
  (m) => {
    const disk = m.disk('vda');
    m.mount('/', 'tmpfs');
    m.mount('/oldroot', 'ext4', { device: m.crypt('cryptroot', disk) });
    m.mount('/oldroot/home', 'ext4', { device: m.crypt('home', m.disk('vdb')) });
    m.mount('/oldroot/home/x', 'tmpfs');
  },
  [
    ['move-mount /oldroot/home'],
    ['unmount /oldroot', 'unmount /oldroot/home/x'],
    ['close-crypt cryptroot', 'unmount /oldroot/home'],
    ['close-crypt home'],
  ],
  { busy: ['/oldroot/home'] },
);
planIs(
  'what holds the image of the exitrd is moved aside and stays',
  (m) => {
    const boot = m.crypt('boot', m.disk('vdb'));
    const loop = m.loop('/oldroot/boot/exitrd.squashfs');
    m.mount('/', 'tmpfs');
    m.mount('/usr', 'squashfs', { device: loop });
    m.mount('/oldroot', 'ext4', { device: m.crypt('cryptroot', m.disk('vda')) });
    m.mount('/oldroot/boot', 'ext4', { device: boot });
  },
  [['move-mount /oldroot/boot'], ['unmount /oldroot'], ['close-crypt cryptroot']],
);
planIs(
  'mounts elsewhere go too, those of an earlier round among them',
  (m) => {
    m.mount('/', 'tmpfs');
    m.mount('/run', 'tmpfs');
    m.mount('/mnt/33', 'ext4', { device: m.disk('vda') });
    m.mount('/mnt/34', 'proc');
    m.mount('/run/media/stick', 'vfat', { device: m.disk('sda') });
    m.mount('/run/user/1000', 'tmpfs');
  },
  [['unmount /mnt/33', 'unmount /mnt/34', 'unmount /run/media/stick', 'unmount /run/user/1000']],
);
planIs(
  'a running machine keeps its interfaces and what the exitrd is staged in',
  (m) => {
    m.mount('/', 'ext4', { device: m.volume('vg-root', [m.crypt('c', m.disk('vda'))]) });
    m.mount('/proc', 'proc', { tags: ['shared:1'] });
    m.mount('/dev', 'devtmpfs');
    m.mount('/dev/shm', 'tmpfs');
    m.mount('/run', 'tmpfs');
    m.mount('/run/initramfs', 'tmpfs');
    m.mount('/run/user/1000', 'tmpfs');
    m.mount('/srv/chroot/proc', 'proc');
  },
  [
    ['unmount /dev/shm', 'unmount /run/user/1000', 'unmount /srv/chroot/proc'],
    ['unmount /'],
    ['remove-dm vg-root'],
    ['close-crypt c'],
  ],
  { oldRoot: '/' },
);
planIs(
  'a container goes after its member, partitions after what is on them',
  (m) => {
    const disks = [m.disk('vda'), m.disk('vdb')];
    m.array('md127', disks, { level: 'container', metadataVersion: 'external:imsm' });
    const member = m.array('md126', disks, { metadataVersion: 'external:/md127/0' });
    m.mount('/', 'tmpfs');
    m.mount('/oldroot', 'ext4', { device: m.partition(member, 1) });
  },
  [['unmount /oldroot'], ['stop-md md126'], ['stop-md md127']],
);
planIs(
  'a btrfs is found by its source',
  (m) => {
    m.mount('/', 'tmpfs');
    m.mount('/oldroot', 'btrfs', { source: '/dev/mapper/a-b' });
    m.crypt('a-b', m.disk('vda'));
  },
  [['unmount /oldroot'], ['close-crypt a-b']],
);
planIs(
  'swap is found by the last words of its path, a file by the mount it is in',
  (m) => {
    m.mount('/', 'tmpfs');
    m.mount('/oldroot', 'ext4', { device: m.disk('vda') });
    m.volume('my--vg-swap', [m.disk('vdb')]);
    m.swap('/oldsys/dev/my-vg/swap (deleted)');
    m.swap('/oldroot/swapfile', 'file');
  },
  [
    ['disable-swap /oldroot/swapfile', 'disable-swap /oldsys/dev/my-vg/swap (deleted)'],
    ['remove-dm my--vg-swap', 'unmount /oldroot'],
  ],
);

const liveBoot = (m: Machine) => {
  m.mount('/', 'tmpfs');
  m.mount('/oldroot', 'overlay', {
    superOptions: 'rw,lowerdir=/run/live/rootfs/,upperdir=/run/live/overlay/rw',
  });
  m.mount('/oldroot/run', 'tmpfs');
  m.mount('/oldroot/run/live/medium', 'vfat', { device: m.disk('sda') });
  const loop = m.loop('/oldroot/run/live/medium/filesystem.squashfs');
  m.mount('/oldroot/run/live/rootfs', 'squashfs', { device: loop });
  m.mount('/oldroot/run/live/overlay', 'tmpfs');
};
planIs(
  'a mount that must not be moved is not, nor is what it hangs in: these are detached lazily',
  liveBoot,
  [
    ['move-mount /oldroot/run/live/overlay', 'move-mount /oldroot/run/live/rootfs'],
    ['unmount /oldroot'],
    ['unmount /oldroot/run/live/overlay', 'unmount /oldroot/run/live/rootfs'],
    ['detach-loop loop0'],
  ],
  { neverMove: ['/run/live/medium'] },
);
planIs(
  'other mounts are moved all the same, also those that are busy',
  (m) => {
    m.mount('/', 'tmpfs');
    m.mount('/oldroot', 'ext4', { device: m.disk('vda') });
    m.mount('/oldroot/home', 'ext4', { device: m.disk('vdb') });
    m.mount('/oldroot/srv', 'ext4', { device: m.disk('vdc') });
  },
  [
    ['move-mount /oldroot/srv', 'unmount /oldroot/home'],
    ['unmount /oldroot', 'unmount /oldroot/srv'],
  ],
  { neverMove: ['/home/'], busy: ['/oldroot/home', '/oldroot/srv'] },
);
planIs(
  'two pools: data sets before theirs, a volume before both, pools before what they may be made of',
  (m) => {
    m.crypt('crypt0', m.disk('sda'));
    m.mount('/', 'tmpfs');
    m.mount('/oldroot', 'zfs', { source: 'tank/root' });
    m.mount('/oldroot/srv', 'zfs', { source: 'lake' });
    m.crypt('onvolume', m.disk('zd0'));
    m.group('zfs-pool', 'tank', []);
    m.group('zfs-pool', 'lake', []);
  },
  [
    ['close-crypt onvolume', 'unmount /oldroot/srv'],
    ['export-pool lake', 'unmount /oldroot'],
    ['export-pool tank'],
    ['close-crypt crypt0'],
  ],
);
planIs(
  'paths over two sessions; a session without disks is left alone',
  (m) => {
    const disks = [m.disk('sda'), m.disk('sdb')];
    const multipath = m.dm('mpatha', 'mpath-36001', 'multipath', disks);
    m.mount('/', 'tmpfs');
    m.mount('/oldroot', 'ext4', { device: multipath });
    m.group('iscsi-session', 'session1', ['sda']);
    m.group('iscsi-session', 'session2', ['sdb']);
    m.group('iscsi-session', 'session3', []);
  },
  [['unmount /oldroot'], ['remove-dm mpatha'], ['log-out session1', 'log-out session2']],
);
planIs(
  'a volume that lies in a bcache set alone goes with the set, which unregistering it would not bring back',
  (m) => {
    const cache = m.disk('vdb');
    const cached = m.bcache([m.disk('vda'), cache]);
    m.mount('/', 'tmpfs');
    m.mount('/oldroot', 'ext4', { device: cached });
    m.group('bcache-set', 'c0', [cache]);
    m.mount('/oldroot/in-cache', 'ext4', { device: m.volumeInCache(cache) });
  },
  [
    ['unmount /oldroot/in-cache'],
    ['unmount /oldroot'],
    ['stop-bcache bcache0'],
    ['stop-bcache-set c0'],
  ],
);
planIs(
  'what the exitrd itself comes from stays connected',
  (m) => {
    const own = m.disk('nvme0n1');
    m.mount('/', 'ext4', { device: own });
    m.mount('/oldroot', 'ext4', { device: m.disk('nvme1n1') });
    m.group('nvme-controller', 'nvme0', [own]);
    m.group('nvme-controller', 'nvme1', ['nvme1n1']);
  },
  [['unmount /oldroot'], ['disconnect-nvme nvme1']],
);
