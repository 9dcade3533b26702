/** Every feature in images of a real root that has the packages for all of them. */
import { mkdir, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { features } from '../../src/feature/features.ts';
import { packagesOf } from '../../src/feature/packages-of.ts';
import { selectFeatures } from '../../src/feature/select-features.ts';
import type { BuildReport } from '../../src/image/run-build.ts';
import { runBuild } from '../../src/image/run-build.ts';
import type { FeatureSurvey } from '../../src/image/survey-features.ts';
import { extractedRoot } from '../support/directory-root.ts';
import { executable } from '../support/our-exitrd.ts';
import { scratchDirectory, type ScratchDirectory } from '../support/scratch-directory.ts';

const packages = ['base-files', 'bash', 'coreutils', 'psmisc', 'strace', ...packagesOf(features)];
let original: string;
let place: ScratchDirectory;

beforeAll(async () => {
  // zpool is not in main.
  original = await extractedRoot('amd64', packages, 'trixie', 'main contrib');
  place = await scratchDirectory();
});

afterAll(async () => {
  await place[Symbol.asyncDispose]();
});

let roots = 0;

/** A root like the original, with these files as well: text, or `-> target` for a symlink. */
async function rootWith(files: Readonly<Record<string, string>>): Promise<string> {
  roots += 1;
  const root = join(place.path, `root-${roots}`);
  await execa('cp', ['--archive', '--link', original, root]);
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    // What is there already is the original's own file.
    await rm(join(root, path), { force: true });
    if (text.startsWith('-> ')) await symlink(text.slice(3), join(root, path));
    else await writeFile(join(root, path), text);
  }
  return root;
}

/** Each that brings programs for itself, the others together. */
const cases = [
  ...features.filter(({ binaries }) => binaries.length > 0).map((feature) => [feature]),
  features.filter(({ binaries }) => binaries.length === 0),
].map((together) => ({
  names: together.map(({ name }) => name),
  binaries: together.flatMap(({ binaries }) => binaries),
}));

describe.each(cases)('$names', ({ names, binaries }) => {
  const output = () => join(place.path, names.join('-'));
  let report: BuildReport;

  beforeAll(async () => {
    report = await runBuild({
      output: output(),
      root: original,
      format: 'directory',
      features: names,
      config: ['/dev/null'],
      // An image without Node, which has tests of its own.
      executable: join(original, 'usr/bin/mount'),
    });
  });

  test('start in an image of their own', () => {
    expect(report.proof).toBe('started');
    expect(report.manifest.features).toEqual([...new Set(['base', ...names])]);
  });

  test('have their programs there', async () => {
    const packed = report.manifest.programs.map(({ path }) => path);
    expect(packed).toEqual(expect.arrayContaining(binaries.map(({ path }) => path)));
    for (const { path } of binaries) {
      expect((await stat(join(output(), path))).mode & 0o111).toBe(0o111);
    }
  });
});

async function run(...words: string[]) {
  const output = join(place.path, 'out');
  const all = ['build', '--output', output, '--format', 'directory', ...words];
  const { exitCode, stdout, stderr } = await execa(executable, all, { reject: false });
  return { exitCode, stdout, stderr: stderr.replaceAll(place.path, '@') };
}

describe('auto', () => {
  test('takes what the files of a root name, and tells why', async () => {
    const root = await rootWith({
      'etc/fstab': '/dev/mapper/vg0-root / ext4 defaults 0 1\ntank/home /home zfs defaults 0 0',
      'etc/crypttab': 'vda2_crypt UUID=1 none luks',
    });
    const { stdout } = await run('--root', root, '--feature', 'auto', '--json');
    const report = JSON.parse(stdout) as BuildReport;
    expect(report.features).toEqual(
      expect.arrayContaining([
        { name: 'crypt', reason: '/etc/crypttab names vda2_crypt' },
        { name: 'lvm', reason: '/etc/fstab names /dev/mapper/vg0-root' },
        { name: 'zfs', reason: '/etc/fstab names tank/home' },
        { name: 'md', reason: 'nothing speaks against it, and its programs are there' },
      ]),
    );
    expect(report.leftOut).toEqual([
      { name: 'iscsi', reason: 'nothing speaks for it' },
      { name: 'shell', reason: 'nothing speaks for it' },
    ]);
    expect(report.manifest.features).toEqual(report.features.map(({ name }) => name));
    expect(await readdir(join(place.path, 'out/usr/sbin'))).toContain('zpool');
  });

  test('fails for what a file names and the root has no program for', async () => {
    const root = await rootWith({ 'etc/iscsi/nodes/iqn.2003-01.org:a/x': '' });
    await execa('rm', [join(root, 'usr/sbin/iscsid')]);
    const { exitCode, stderr } = await run('--root', root, '--feature', 'auto');
    expect({ exitCode, stderr }).toEqual({
      exitCode: 1,
      stderr: `shutdownramfs: pack feature iscsi: /usr/sbin/iscsid is not in @/root-${roots}
hint: install it there (Debian: apt install open-iscsi), or choose features without iscsi`,
    });
  });
});

test('features lists what each takes in this root', async () => {
  const { stdout } = await execa(executable, ['features', '--root', original, '--json']);
  const survey = JSON.parse(stdout) as FeatureSurvey[];
  expect(survey.map(({ name }) => name)).toEqual(features.map(({ name }) => name));
  expect(survey.filter(({ failure }) => failure !== undefined)).toEqual([]);
  expect(survey.filter(({ adds }) => adds === 0).map(({ name }) => name)).toEqual(
    features.filter(({ binaries }) => binaries.length === 0).map(({ name }) => name),
  );
  const { stdout: text } = await execa(executable, ['features', '--root', original]);
  expect(text).toMatch(/^zfs {2,}[1-9]\d* KiB {2}ZFS pools$/m);
});

const own = (lines: string) => ({ 'etc/shutdownramfs/shutdownramfs.toml': `[image]\n${lines}` });

describe('[image] of the configuration', () => {
  test('brings programs with their libraries, files and directories', async () => {
    const root = await rootWith({
      ...own(`features = ["base"]
        programs = ["/usr/local/sbin/list-blocks", "/usr/local/sbin/greet", "/usr/local/sbin/wish",
          "/usr/local/sbin/small"]
        files = ["/etc/motto", "/srv/own"]`),
      'usr/local/sbin/list-blocks': '-> ../../bin/lsblk',
      'usr/local/sbin/greet': '#! /bin/bash -e\necho "$BASH"',
      'usr/local/sbin/wish': '#!/usr/bin/env -S A=1 bash\necho "$A"',
      'usr/local/sbin/small': '#!/usr/local/bin/ash\necho "$0"',
      'usr/local/bin/ash': '-> /bin/busybox',
      'etc/motto': 'never wrong',
      'srv/own': '-> /opt/own',
      'opt/own/a/b': 'c',
    });
    const { stdout } = await run('--root', root, '--json');
    const { manifest, proof, features } = JSON.parse(stdout) as BuildReport;
    expect(features.map(({ name }) => name)).toEqual(['base']);
    expect(proof).toBe('started');
    const image = join(place.path, 'out');
    expect(await readFile(join(image, 'etc/motto'), 'utf8')).toBe('never wrong');
    expect(await readFile(join(image, 'srv/own/a/b'), 'utf8')).toBe('c');
    expect(manifest.programs).toContainEqual(
      expect.objectContaining({ path: '/usr/local/sbin/list-blocks' }),
    );
    const said = async (...words: string[]) => (await execa('chroot', [image, ...words])).stdout;
    expect(await said('/usr/local/sbin/list-blocks', '-V')).toContain('util-linux');
    expect(await said('/usr/local/sbin/greet')).toBe('/bin/bash');
    expect(await said('/usr/local/sbin/wish')).toBe('1');
    expect(await said('/usr/local/sbin/small')).toBe('/usr/local/sbin/small');
  });

  test('counts less than the command line', async () => {
    const root = await rootWith(own('features = ["all"]\nformat = "tar"'));
    const { stdout } = await run('--root', root, '--feature', 'md', '--json');
    const { features } = JSON.parse(stdout) as BuildReport;
    expect(features).toEqual([
      { name: 'base', reason: 'every image has it' },
      { name: 'md', reason: 'named' },
    ]);
  });

  test.each<[string, string, Readonly<Record<string, string>>, string]>([
    [
      'a key',
      'files = ["/etc/own"]',
      { 'etc/own/disk.key': 'x' },
      'pack /etc/own/disk.key: it is a key file, and no key goes into an image',
    ],
    [
      'a private key',
      'files = ["/etc/own"]',
      { 'etc/own/x': '-----BEGIN PRIVATE KEY-----' },
      'pack /etc/own/x: it is a private key, and no key goes into an image',
    ],
    ['nothing', 'files = ["/etc/own"]', {}, 'pack /etc/own: it is not in @/root'],
    ['no program', 'programs = ["/usr/sbin/own"]', {}, 'pack /usr/sbin/own: it is not in @/root'],
    [
      'a directory as a program',
      'programs = ["/usr/sbin"]',
      {},
      'pack /usr/sbin: it is no ELF program and no script',
    ],
    [
      'a script for an interpreter that is not there',
      'programs = ["/usr/sbin/own"]',
      { 'usr/sbin/own': '#!/usr/bin/env zsh' },
      'pack /usr/sbin/own: zsh, which env starts for it, is not in @/root',
    ],
    [
      'scripts that interpret each other',
      'programs = ["/usr/sbin/own"]',
      { 'usr/sbin/own': '#!/usr/sbin/other', 'usr/sbin/other': '#!/usr/sbin/own' },
      'pack /usr/sbin/other: the kernel follows 5 interpreters and no more',
    ],
    [
      'a symlink to nothing',
      'files = ["/etc/own"]',
      { 'etc/own/x': '-> y' },
      'pack /etc/own/x: the symlink leads nowhere',
    ],
    ['a device', 'files = ["/dev/null"]', {}, 'pack /dev/null: it is no regular file or directory'],
    [
      'a file that is there already',
      'files = ["/etc/lvm/lvm.conf"]',
      {},
      'arrange /etc/lvm/lvm.conf: a file of skeleton and /etc/lvm/lvm.conf want the same name',
    ],
    [
      'a mistake',
      'feature = ["all"]',
      {},
      'read /etc/shutdownramfs/shutdownramfs.toml in @/root: line 2: unknown key "feature" in [image] (did you mean "features"?)',
    ],
  ])('refuses %s', async (_, lines, files, message) => {
    const root = await rootWith({ ...own(lines), ...files });
    await execa('rm', ['-rf', join(place.path, 'out')]);
    const { exitCode, stderr } = await run('--root', root);
    expect({ exitCode, said: stderr.split('\n')[0]?.replace(/@\/root-\d+/, '@/root') }).toEqual({
      exitCode: 1,
      said: `shutdownramfs: ${message}`,
    });
    expect(await readdir(place.path)).not.toContain('out');
  });
});

test('a default image is for a root without the packages of the others', () => {
  const needed = packagesOf(selectFeatures());
  expect(needed).not.toContain('open-iscsi');
  expect(needed).not.toContain('zfsutils-linux');
});
