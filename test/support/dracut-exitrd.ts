/**
 * The exitrd of dracut: of the guests' release, made in a root of its own by the generator as Debian
 * ships it. It is what dracut-initramfs-restore would unpack, without the kernel's modules.
 */
import { join } from 'node:path';
import { execa } from 'execa';
import { directoryRoot } from './directory-root.ts';

const packages = [
  ['dracut', 'systemd', 'systemd-sysv', 'udev', 'kmod', 'procps', 'cpio', 'zstd', 'binutils'],
  ['lvm2', 'cryptsetup', 'mdadm', 'dmsetup', 'busybox-static', 'libatomic1', 'libstdc++6'],
].flat();

/** Those of dracut that take a stack apart. */
export const dracutModules = 'base shutdown dm crypt lvm mdraid';

/** A root with dracut, and with all that our own builder packs too, so that both pack the same tools. */
export async function dracutRoot(): Promise<string> {
  return await directoryRoot('dracut-root', packages);
}

/** `as shipped` compresses as dracut does when nobody tells it how. */
export type DracutCompression = 'none' | 'as shipped';

/** Writes the archive, and returns the seconds that dracut took. */
export async function buildDracutExitrd(
  root: string,
  output: string,
  compression: DracutCompression,
): Promise<number> {
  const words = ['--no-kernel', '--no-hostonly', '-m', dracutModules, '--force', '--quiet'];
  if (compression === 'none') words.push('--no-compress');
  // dracut asks for the name of a kernel although it packs nothing of it.
  return await runDracut(root, words, '0', output);
}

/**
 * What dracut makes for a machine's boot when it is not tailored to one, and would unpack at its
 * shutdown: all its modules, and those of the kernel in `kernelModules`/`release`.
 */
export async function buildDracutInitramfs(
  root: string,
  output: string,
  kernelModules: string,
  release: string,
): Promise<void> {
  const words = ['--no-hostonly', '--no-compress', '--no-early-microcode', '--force', '--quiet'];
  await runDracut(root, words, release, output, kernelModules);
}

async function runDracut(
  root: string,
  words: readonly string[],
  release: string,
  output: string,
  kernelModules?: string,
): Promise<number> {
  const inside = '/var/tmp/exitrd.img';
  const mounts = [
    'mount --make-rprivate /',
    'mount -t proc proc "$0/proc"',
    'mount --rbind /dev "$0/dev"',
    'mount -t sysfs -o ro sysfs "$0/sys"',
    'mount -t tmpfs tmpfs "$0/run"',
    'modules=$1; shift',
    'if [ -n "$modules" ]; then',
    '  mkdir -p "$0/usr/lib/modules"; mount --bind "$modules" "$0/usr/lib/modules"',
    'fi',
    'exec chroot "$0" /bin/bash -c \'time -p "$@"\' time dracut "$@"',
  ].join('\n');
  const namespaces = ['--mount', '--pid', '--fork', '--kill-child', 'sh', '-e', '-c', mounts, root];
  const { stderr } = await execa('unshare', [
    ...namespaces,
    kernelModules ?? '',
    ...words,
    inside,
    release,
  ]);
  await execa('mv', [join(root, inside), output]);
  return Number(/^real (\S+)$/m.exec(stderr)?.[1]);
}
