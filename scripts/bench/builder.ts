/** The builders that are compared: each packs the programs of a Debian root into one archive. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { directoryRoot } from '../../test/support/directory-root.ts';
import { dracutModules, dracutRoot } from '../../test/support/dracut-exitrd.ts';
import { executable } from '../../test/support/our-exitrd.ts';

export const builderNames = ['ours', 'dracut', 'mkinitramfs', 'closure'] as const;
type BuilderName = (typeof builderNames)[number];

export interface Builder {
  readonly name: BuilderName;
  /** Writes an archive to `output`, compressed by zstd at its quickest. */
  build(output: string): Promise<BuildCost>;
}

export interface BuildCost {
  readonly seconds: number;
  /** Of the largest process, resident (getrusage(2), ru_maxrss). */
  readonly peakMib: number;
}

export async function makeBuilders(): Promise<readonly Builder[]> {
  const [root, other] = [await dracutRoot(), await initramfsToolsRoot()];
  const kernel = 'mkdir -p /usr/lib/modules/0 && : >/usr/lib/modules/0/modules.dep';
  const dracut = `dracut --no-kernel --no-hostonly -m "${dracutModules}" --compress "zstd -1" --force --quiet`;
  return [
    { name: 'ours', build: async (output) => await buildOurs(root, output) },
    { name: 'dracut', build: async (output) => await inRoot(root, output, `${dracut} "$1" 0`) },
    {
      name: 'mkinitramfs',
      build: async (output) =>
        await inRoot(other, output, `mkinitramfs -m list -c zstd -l 1 -o "$1" 0`, kernel),
    },
    { name: 'closure', build: async (output) => await inRoot(root, output, closure) },
  ];
}

async function buildOurs(root: string, output: string): Promise<BuildCost> {
  return await measured(output, ourCommand(root, output));
}

/**
 * Ours with files of the root's own beside what it packs anyway, `count` of 16 KiB each. Returns what
 * builds it; the files are made in `work`.
 */
export async function growing(work: string, count: number): Promise<Builder['build']> {
  const root = await dracutRoot();
  const files = join(work, `files-${count}`);
  const config = join(work, 'growing.toml');
  const make =
    'mkdir "$0" && cd "$0" && head -c "$(($1 * 16384))" /dev/urandom | split -b 16384 -a 4 -d';
  await execa('sh', ['-e', '-c', make, files, `${count}`]);
  await writeFile(config, '[image]\nfiles = ["/srv"]\n');
  const lend = 'mount --make-rprivate / && mount --bind "$0" "$1/srv" && shift && exec "$@"';
  return async (output) =>
    await measured(output, [
      'unshare',
      '--mount',
      'sh',
      '-e',
      '-c',
      lend,
      files,
      root,
      ...ourCommand(root, output),
      '--config',
      config,
    ]);
}

function ourCommand(root: string, output: string): readonly string[] {
  return [executable, 'build', '--root', root, '--output', output, '--level', '1'];
}

/** dracut and initramfs-tools cannot be installed together. */
async function initramfsToolsRoot(): Promise<string> {
  const packages = [
    ['initramfs-tools', 'systemd', 'systemd-sysv', 'udev', 'kmod', 'procps', 'cpio', 'zstd'],
    ['lvm2', 'cryptsetup', 'cryptsetup-initramfs', 'mdadm', 'dmsetup', 'busybox-static'],
  ];
  return await directoryRoot('initramfs-tools-root', packages.flat());
}

/** What finalrd does, and no more: a shell, systemd's program, and what their loader lists. */
const closure = `
tree=$(mktemp -d)
cd "$tree"
mkdir -p usr/bin usr/lib usr/lib64 usr/sbin proc sys dev run
for name in bin lib lib64 sbin; do ln -s usr/$name $name; done
for program in /usr/bin/sh /usr/lib/systemd/systemd-shutdown; do
  cp -L --parents "$program" .
  /lib64/ld-linux-x86-64.so.2 --list "$program" | grep -o '/[^ ]*' | while read -r library; do
    cp -L --parents "$library" .
  done
done
ln -s usr/lib/systemd/systemd-shutdown shutdown
find . -print0 | cpio --null --create --format=newc --quiet | zstd -1 -q -o "$1"`;

/** By the root's own tools; `prepare` is not measured. What they write is gone afterwards. */
async function inRoot(
  root: string,
  output: string,
  build: string,
  prepare = 'true',
): Promise<BuildCost> {
  const script = `
    mount --make-rprivate /
    mount -t proc proc "$0/proc"
    mount --rbind /dev "$0/dev"
    mount -t sysfs -o ro sysfs "$0/sys"
    for name in run tmp var/tmp usr/lib/modules; do
      [ ! -d "$0/$name" ] || mount -t tmpfs tmpfs "$0/$name"
    done
    chroot "$0" sh -e -c "$3"
    /usr/bin/time -f '%e %M' -o "$2.cost" chroot "$0" sh -e -c "$1" sh /tmp/image >&2
    cp "$0/tmp/image" "$2"`;
  const namespaces = ['--mount', '--pid', '--fork', '--kill-child'];
  await execa('unshare', [...namespaces, 'sh', '-e', '-c', script, root, build, output, prepare]);
  return await costOf(output);
}

async function measured(output: string, command: readonly string[]): Promise<BuildCost> {
  await execa('/usr/bin/time', ['-f', '%e %M', '-o', `${output}.cost`, ...command]);
  return await costOf(output);
}

/** From what time(1) wrote beside it. */
async function costOf(output: string): Promise<BuildCost> {
  const [seconds = Number.NaN, kib = Number.NaN] = (await readFile(`${output}.cost`, 'utf8'))
    .trim()
    .split(' ')
    .map(Number);
  return { seconds, peakMib: kib / 1024 };
}
