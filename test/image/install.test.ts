import {
  chmod,
  lstat,
  readFile,
  readdir,
  readlink,
  realpath,
  rm,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeTree, type InstalledTree } from '../support/installed-tree.ts';

const unit = '/usr/lib/systemd/system/shutdownramfs.service';
const around = [
  '/etc/systemd/system/sysinit.target.wants/shutdownramfs.service',
  '/usr/lib/shutdownramfs/image',
  '/usr/lib/shutdownramfs/installed.json',
  '/usr/lib/systemd/system-shutdown/shutdownramfs.shutdown',
  unit,
];

let tree: InstalledTree;
beforeAll(async () => {
  tree = await makeTree();
});
afterAll(() => tree.remove());

const outsideImage = async () =>
  (await tree.files()).filter((path) => !path.startsWith('/usr/lib/shutdownramfs/image-'));
const imageName = () => readlink(join(tree.upper, 'usr/lib/shutdownramfs/image'));
const inImage = async (path: string) =>
  join(tree.upper, 'usr/lib/shutdownramfs', await imageName(), path);

describe('an installation into a tree', () => {
  test('says what it did', async () => {
    const { exitCode, all } = await tree.run('install');
    expect(all).toMatch(
      /^installed in \S+: held compressed, [3-5]\d\.\d MiB of memory, filled at boot$/,
    );
    expect(exitCode).toBe(0);
  });

  test('adds only what belongs to it', async () => {
    expect(await outsideImage()).toStrictEqual(around);
  });

  test('keeps the heavy part compressed and nothing executable as shutdown', async () => {
    expect(await readdir(await inImage('tree'))).toStrictEqual(
      [
        'bin',
        'dev',
        'etc',
        'guard',
        'lib',
        'lib64',
        'mnt',
        'oldroot',
        'proc',
        'run',
        'sbin',
      ].concat(['shutdown', 'sys', 'tmp', 'usr', 'usr.squashfs']),
    );
    expect((await lstat(await inImage('tree/shutdown'))).mode & 0o777).toBe(0o644);
  });

  test('records checksums that sha256sum agrees with', async () => {
    const words = ['-c', '--strict', '--quiet', await inImage('sha256sums')];
    await execa('sha256sum', words, { cwd: await inImage('tree') });
    const sums = await readFile(await inImage('sha256sums'), 'utf8');
    expect(sums.split('\n').map((line) => line.slice(66))).toStrictEqual([
      './etc/initrd-release',
      './etc/lvm/lvm.conf',
      './etc/shutdownramfs/settings.json',
      './guard/busybox',
      './guard/emergency',
      './guard/last-resort',
      './guard/rescue',
      './guard/steps',
      './guard/watch',
      './shutdown',
      './usr.squashfs',
      '',
    ]);
  });

  test('has a unit that systemd takes, enabled', async () => {
    const said = await tree.script(`systemd-analyze verify --man=no --root="$1" ${unit} 2>&1`);
    expect(said).toBe('');
    const link = join(tree.upper, around[0] ?? '');
    expect(await readlink(link)).toBe(unit);
  });

  test('done again with other options, changes only these', async () => {
    const before = await imageName();
    const { all } = await tree.run('install', '--fill', 'shutdown');
    expect(all).toContain('filled at shutdown');
    expect(await imageName()).toBe(before);
    expect(await outsideImage()).toStrictEqual(around);
    expect(await readFile(tree.upper + unit, 'utf8')).toMatch(/\.shutdown placeholder$/m);
  });

  test('with another configuration, changes the image and the hook', async () => {
    const before = await imageName();
    const config = '/usr/lib/shutdownramfs/shutdownramfs.toml';
    await writeFile(
      join(tree.upper, config),
      '[debugging]\nflag-files = ["/run/x", "/y"]\npause-seconds = 7',
    );
    expect(await tree.run('install')).toMatchObject({ exitCode: 0 });
    await rm(join(tree.upper, config));
    expect(await imageName()).not.toBe(before);
    const settings = await readFile(await inImage('tree/etc/shutdownramfs/settings.json'), 'utf8');
    expect(JSON.parse(settings)).toMatchObject({
      debugging: {
        flagFiles: ['/run/x', '/y'],
        kernelArguments: ['shutdownramfs.debug'],
        pauseSeconds: 7,
      },
    });
    const hook = await readFile(join(tree.upper, around[3] ?? ''), 'utf8');
    expect(hook).toMatch(
      /^flag_files='\/run\/x \/y'\nkernel_arguments='shutdownramfs.debug'\npause_seconds=7$/m,
    );
  });

  test('that fails leaves the one before', async () => {
    const before = await tree.files();
    const failing = await tree.run('install', '--feature', 'nonsense');
    expect(failing.exitCode).toBe(1);
    expect(await tree.files()).toStrictEqual(before);
  });

  test('unpacked, replaces the image', async () => {
    const before = await imageName();
    const { all } = await tree.run('install', '--hold', 'unpacked', '--with-command');
    expect(all).toContain('held unpacked');
    expect(await imageName()).not.toBe(before);
    expect(await readdir(join(tree.upper, 'usr/lib/shutdownramfs'))).toStrictEqual([
      'image',
      await imageName(),
      'installed.json',
    ]);
    expect(await outsideImage()).toContain('/usr/bin/shutdownramfs');
    await lstat(await inImage('tree/usr/bin/shutdownramfs'));
  });

  const watching = [
    '/etc/memlockd.d/shutdownramfs.cfg',
    '/etc/systemd/system/sysinit.target.wants/shutdownramfs-medium.service',
    '/usr/lib/systemd/system/shutdownramfs-medium.service',
  ];

  test('that is to watch the medium needs memlockd, which must read its directory', async () => {
    const before = await tree.files();
    const { exitCode, all } = await tree.run('install', '--watch-medium');
    expect(exitCode).toBe(1);
    expect(all).toMatch(
      /watch the medium: there is no memlockd in \S+\nhint: .*apt install memlockd/,
    );
    await tree.script('touch "$1/usr/sbin/memlockd" "$1/etc/memlockd.cfg"');
    expect((await tree.run('install', '--watch-medium')).all).toContain(
      'hint: add the line %/etc/memlockd.d to it',
    );
    await tree.script('echo %/etc/memlockd.d >"$1/etc/memlockd.cfg"');
    const late = await tree.run('install', '--watch-medium', '--fill', 'shutdown');
    expect(late.all).toContain('hint: use --watch-medium with --fill boot');
    expect(await tree.files()).toStrictEqual(
      [...before, '/etc/memlockd.cfg', '/usr/sbin/memlockd'].toSorted(),
    );
  });

  test('that is to watch the medium adds a unit and a list of files', async () => {
    expect(await tree.run('install', '--hold', 'unpacked', '--watch-medium')).toMatchObject({
      exitCode: 0,
    });
    expect(await outsideImage()).toStrictEqual(expect.arrayContaining(watching));
    const paths = `${watching[2]} ${unit}`;
    const said = await tree.script(`systemd-analyze verify --man=no --root="$1" ${paths} 2>&1`);
    // It is there from the filling on.
    expect(said).toMatch(/^\S+: Command \/run\/initramfs\/guard\/watch is not executable: .*$/);
  });

  test('keeps in memory what PID 1 and the loader said they need', async () => {
    const config = await readFile(tree.upper + watching[0], 'utf8');
    const locked = config.split('\n').filter((line) => line.startsWith('/'));
    expect(locked).toContain('/usr/lib/systemd/system-shutdown/shutdownramfs.shutdown');
    for (const program of ['systemd', 'systemd-shutdown', 'systemd-udevd']) {
      const path = `/usr/lib/systemd/${program}`;
      const { stdout } = await execa('ldd', [path]);
      const libraries = [...stdout.matchAll(/(?:=> |^\s)(\/\S+) \(/gm)].map(
        ([, file = '']) => file,
      );
      expect(libraries.length).toBeGreaterThan(3);
      const wanted = await Promise.all([path, ...libraries].map((file) => realpath(file)));
      expect(locked).toEqual(expect.arrayContaining(wanted));
    }
  });

  test('without it takes the watching out again', async () => {
    await tree.run('install', '--hold', 'unpacked');
    const left = (await tree.files()).filter((path) => watching.includes(path));
    expect(left).toEqual([]);
    await tree.run('install', '--hold', 'unpacked', '--watch-medium');
  });

  test('is taken out to the last file, and what others put beside it stays', async () => {
    const foreign = [
      '/usr/lib/shutdownramfs/shutdownramfs.toml',
      '/usr/lib/systemd/system-shutdown/foreign',
    ];
    for (const path of foreign) await writeFile(join(tree.upper, path), '');
    expect(await tree.run('uninstall')).toMatchObject({ exitCode: 0, all: '' });
    const memlockd = ['/etc/memlockd.cfg', '/usr/sbin/memlockd'];
    expect(await tree.files()).toStrictEqual([...foreign, ...memlockd].toSorted());
    for (const path of foreign) await rm(join(tree.upper, path));
  });

  test('cannot be taken out twice', async () => {
    const { exitCode, all } = await tree.run('uninstall');
    expect(exitCode).toBe(1);
    expect(all).toMatch(/uninstall from \S+: nothing is installed there/);
  });
});

test('an installation where nothing can be written fails and names the place', async () => {
  const other = await makeTree();
  try {
    await other.script('mkdir "$1/usr/lib/shutdownramfs"; mkdir "$1/usr/lib/shutdownramfs/image"');
    await chmod(join(other.upper, 'usr/lib/shutdownramfs'), 0o755);
    const { exitCode, all } = await other.run('install', '--hold', 'unpacked');
    expect(exitCode).toBe(1);
    expect(all).toMatch(/write \S+\/usr\/lib\/shutdownramfs\/image: E\w+/);
  } finally {
    await other.remove();
  }
});
