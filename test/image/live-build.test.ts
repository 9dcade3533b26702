/** What `live-build` writes into a configuration, and the hook at work in a root of its own. */
import { execa } from 'execa';
import { appendFile, copyFile, mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeTree, type InstalledTree } from '../support/installed-tree.ts';
import { scratchDirectory, type ScratchDirectory } from '../support/scratch-directory.ts';

const executable = join(import.meta.dirname, '../../dist/shutdownramfs');
const hook = 'config/hooks/normal/7000-shutdownramfs.hook.chroot';
const list = 'config/package-lists/shutdownramfs.list.chroot';

let place: ScratchDirectory;
beforeAll(async () => {
  place = await scratchDirectory();
});
afterAll(async () => {
  await place[Symbol.asyncDispose]();
});

const run = async (directory: string, ...words: readonly string[]) =>
  await execa(executable, ['live-build', '--directory', directory, ...words], {
    all: true,
    reject: false,
  });

/** An empty configuration. */
async function configuration(name: string): Promise<string> {
  const directory = join(place.path, name);
  await mkdir(join(directory, 'config'), { recursive: true });
  return directory;
}

const filesOf = async (directory: string) => {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name).slice(directory.length + 1))
    .toSorted();
};

describe('the files', () => {
  test('are one, unless asked otherwise, and the same when written again', async () => {
    const directory = await configuration('one');
    expect((await run(directory)).all).toBe(`wrote ${join(directory, hook)}`);
    const first = await readFile(join(directory, hook));
    await run(directory);
    expect(await filesOf(directory)).toStrictEqual([hook]);
    expect((await readFile(join(directory, hook))).equals(first)).toBe(true);
  });

  test('are script, list and executable when asked for', async () => {
    const directory = await configuration('three');
    await run(directory, '--separate', '--feature', 'crypt,lvm');
    const three = [hook, list, 'config/shutdownramfs/shutdownramfs'];
    expect(await filesOf(directory)).toStrictEqual(three);
    expect(await readFile(join(directory, list), 'utf8')).toMatch(/^lvm2\n(?:.*\n)*memlockd$/m);
    expect(await readFile(join(directory, hook), 'utf8')).toMatch(
      /^options='--feature=crypt,lvm --watch-medium'$/m,
    );
    expect((await run(directory, '--separate')).exitCode).toBe(0);
  });

  test('that a maintainer changed or wrote stay, and nothing else is written', async () => {
    const directory = await configuration('kept');
    await run(directory);
    await appendFile(join(directory, hook), '#');
    const { exitCode, all } = await run(directory);
    expect(all).toMatch(/write \S+\.hook\.chroot: it was not written by this command, or changed/);
    expect(exitCode).toBe(1);
    await rm(join(directory, hook));
    await mkdir(join(directory, 'config/package-lists'));
    await writeFile(join(directory, list), 'vim\n');
    expect((await run(directory, '--separate')).exitCode).toBe(1);
    expect(await filesOf(directory)).toStrictEqual([list]);
  });

  test('are none where nothing is configured, or for a feature there is none of', async () => {
    expect((await run(join(place.path, 'nowhere'))).all).toMatch(/nowhere\/config: ENOENT/);
    const directory = await configuration('wrong');
    expect((await run(directory, '--feature', "x'y")).exitCode).toBe(1);
    expect(await filesOf(directory)).toStrictEqual([]);
  });
});

describe('the hook', () => {
  let tree: InstalledTree;
  beforeAll(async () => {
    tree = await makeTree();
  });
  afterAll(() => tree.remove());

  /** As live-build does it: copied into the chroot, started there, removed. */
  const chroot = async (directory: string) =>
    await tree.script(`mount -t proc proc "$1/proc" && mount --bind /dev "$1/dev" && mkdir -p "$1/live-build/config"
      mount --bind ${directory}/config "$1/live-build/config"
      cp ${join(directory, hook)} "$1/root/hook"
      chroot "$1" /usr/bin/env -i PATH="$PATH" /root/hook 2>&1; echo "status $?"
      rm "$1/root/hook"; umount "$1/live-build/config"; rmdir "$1/live-build/config" "$1/live-build"`);

  test.each([['one file'], ['separate files', '--separate']])(
    'of %s installs what `install` does and leaves nothing else',
    async (_, ...words) => {
      const directory = await configuration(`hook${words.length}`);
      // This machine has no memlockd, and a test asks no archive for packages.
      await run(directory, '--no-watch-medium', ...words);
      expect(await chroot(directory)).toMatch(
        /^installed in \/: held compressed, \d+\.\d MiB of memory, filled at boot\nstatus 0$/,
      );
      const byHook = await tree.files();
      await tree.run('uninstall');
      expect(await tree.files()).toStrictEqual([]);
      await tree.run('install', '--feature', 'crypt');
      expect(byHook).toStrictEqual(await tree.files());
      await tree.run('uninstall');
    },
  );

  test('without an executable says where it looked', async () => {
    const directory = await configuration('missing');
    await run(directory, '--separate');
    await rm(join(directory, 'config/shutdownramfs'), { recursive: true });
    expect(await chroot(directory)).toMatch(/there is no executable in config\/shutdownramfs/);
    expect(await tree.files()).toStrictEqual([]);
  });
});

describe('without privileges', () => {
  // A whole root that nobody in particular owns: an image with its shell where roots have it.
  let home: string;
  beforeAll(async () => {
    home = join(place.path, 'nobody');
    await mkdir(home, { mode: 0o777 });
    await execa('chmod', ['755', place.path]);
    await execa('chmod', ['777', home]);
    await copyFile(executable, join(home, 'shutdownramfs'));
    await asNobody('./shutdownramfs build --format directory --compress none --output root');
    await asNobody('cp root/guard/busybox root/usr/bin/busybox-static');
    for (const name of ['plain', 'namespace', 'privileged']) await asNobody(`cp -a root ${name}`);
    await execa(executable, ['install', '--root', join(home, 'privileged')]);
  });

  const asNobody = async (script: string) =>
    await execa('setpriv', [...words, script], { cwd: home, all: true });
  const words = ['--reuid', '65534', '--regid', '65534', '--clear-groups', 'sh', '-c'];

  const installed = async (name: string) =>
    (await execa('find', [join(home, name), '-printf', '%P %m %l\n'])).stdout
      .split('\n')
      .toSorted();

  test.each([
    ['a user', 'plain', './shutdownramfs'],
    ['a user namespace', 'namespace', 'unshare --user --map-root-user ./shutdownramfs'],
  ])('%s installs into a tree of its own just what root does', async (_, name, command) => {
    const { all } = await asNobody(`${command} install --root ${name}`);
    expect(all).toMatch(/^installed in \S+: held compressed/);
    expect(await installed(name)).toStrictEqual(await installed('privileged'));
  });
});
