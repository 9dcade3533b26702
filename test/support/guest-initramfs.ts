/**
 * The initramfs of the short machines: a static busybox, this machine's storage tools with the
 * libraries ldd(1) names, the guest kernel's modules, and the scripts in guest/. A stack that needs more
 * says so in lines of its own file: `# Modules: dm_delay`, `# Tools: mkfs.xfs`.
 */
import {
  copyFile,
  mkdir,
  readFile,
  readdir,
  realpath,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { execa } from 'execa';
import { Failure } from '../../src/failure.ts';
import { built } from './build-cache.ts';
import { packArchive } from './cpio-archive.ts';
import type { GuestKernel } from './guest-kernel.ts';

const guestDirectory = join(import.meta.dirname, 'guest');

const tools = [
  ['lvm', 'cryptsetup', 'integritysetup', 'mdadm', 'dmsetup'],
  ['mdmon', 'mkfs.ext4', 'fsck.ext4', 'dumpe2fs', 'keyctl', 'setpriv', 'kexec', 'dd'],
  ['mksquashfs', 'make-bcache', 'mkfs.btrfs', 'btrfs', 'nbd-server', 'nbd-client'],
  ['iscsistart'],
].flat();

/** In the order of need; the disks' own drivers first. */
const modules = [
  ['virtio_blk', 'virtio_console', 'ext4', 'overlay', 'loop', 'squashfs', 'erofs', 'vfat', 'fuse'],
  ['dm_mod', 'dm_crypt', 'dm_snapshot', 'dm_thin_pool', 'dm_integrity'],
  ['raid0', 'raid1', 'raid10', 'crc32c_intel'],
  ['configfs', 'target_core_mod', 'target_core_file'],
  ['zram', 'efivarfs'],
  ['aesni_intel', 'xts', 'algif_skcipher', 'algif_hash'],
].flat();

const lvmSettings = `devices { use_devicesfile = 0 }
activation { udev_sync = 0 udev_rules = 0 monitoring = 0 }
backup { backup = 0 archive = 0 }
`;

/** Writes the image for these stacks into this directory and returns its path. Only the scripts are packed anew. */
export async function guestInitramfs(
  kernel: GuestKernel,
  stacks: readonly string[],
  directory: string,
): Promise<string> {
  const root = join(directory, 'scripts');
  await mkdir(root);
  await execa('cp', ['-r', guestDirectory, root]);
  await execa('mv', [join(root, 'guest/init'), join(root, 'init')]);
  await execa('chmod', ['755', join(root, 'init')]);
  await packArchive(root, join(directory, 'scripts.cpio'));
  const image = join(directory, 'initramfs.cpio');
  // Archives one behind the other are one image (Documentation/driver-api/early-userspace).
  const archives = [...(await packedParts(kernel, stacks)), join(directory, 'scripts.cpio')];
  await execa('cat', archives, {
    stdout: { file: image },
    buffer: false,
  });
  return image;
}

/** All that the image for these stacks depends on, as plain data. */
export async function recipeOfInitramfs(
  kernel: GuestKernel,
  stacks: readonly string[],
): Promise<unknown> {
  const entries = await readdir(guestDirectory, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const paths = files.map(({ parentPath, name }) => join(parentPath, name)).toSorted();
  const scripts = await Promise.all(
    paths.map(async (path) => [path, await readFile(path, 'utf8')]),
  );
  return { parts: await packedParts(kernel, stacks), scripts };
}

/** Archives whose names tell what is in them. */
async function packedParts(
  kernel: GuestKernel,
  stacks: readonly string[],
): Promise<readonly string[]> {
  const parts = [await packedTools(kernel)];
  for (const stack of stacks) parts.push(...(await packedNeeds(kernel, stack)));
  return parts;
}

async function packedTools(kernel: GuestKernel): Promise<string> {
  const [files, modulePaths] = await Promise.all([closureOf(tools), kernel.modules(modules)]);
  const recipe = { stamps: await stampsOf(files), modulePaths, layout: 3 };
  const base = await built('initramfs', recipe, async (directory) => {
    const root = join(directory, 'root');
    await layOut(root, files);
    await insertModules(join(root, 'modules'), modulePaths);
    await packArchive(root, join(directory, 'base.cpio'));
    await rm(root, { recursive: true });
  });
  return join(base, 'base.cpio');
}

/** What one stack alone needs, so that no other waits for it: nothing for most. */
async function packedNeeds(kernel: GuestKernel, stack: string): Promise<readonly string[]> {
  const needs = await needsOfStack(stack);
  if (needs.tools.length + needs.modules.length === 0) return [];
  const [files, common] = await Promise.all([closureOf(needs.tools), kernel.modules(modules)]);
  const paths = await kernel.modules(needs.modules);
  const modulePaths = paths.filter((path) => !common.includes(path));
  const recipe = { stamps: await stampsOf(files), modulePaths, stack, layout: 1 };
  const base = await built('initramfs-of-stack', recipe, async (directory) => {
    const root = join(directory, 'root');
    await mkdir(root);
    for (const file of files) {
      // The links of merged /usr are in the common archive.
      const place = join(root, file.replace(/^\/(?=(?:s?bin|lib|lib64)\/)/, '/usr/'));
      await mkdir(dirname(place), { recursive: true });
      await copyFile(await realpath(file), place);
    }
    await insertModules(join(root, 'modules-for', stack), modulePaths);
    await packArchive(root, join(directory, 'needs.cpio'));
    await rm(root, { recursive: true });
  });
  return [join(base, 'needs.cpio')];
}

interface Needs {
  readonly tools: readonly string[];
  readonly modules: readonly string[];
}

/** Its lines `# Tools: …` and `# Modules: …`, in the order of need, and those of the stacks it begins with. */
async function needsOfStack(stack: string): Promise<Needs> {
  const text = await readFile(join(guestDirectory, 'stack', stack), 'utf8');
  const begins = text.matchAll(/^\. \/guest\/stack\/(\S+)$/gm);
  const earlier = await Promise.all([...begins].map(([, name = '']) => needsOfStack(name)));
  const words = (key: string) =>
    [...text.matchAll(new RegExp(`^# ${key}: (.+)$`, 'gm'))].flatMap(([, line = '']) =>
      line.trim().split(/\s+/),
    );
  return {
    tools: [...earlier.flatMap(({ tools }) => tools), ...words('Tools')],
    modules: [...earlier.flatMap(({ modules }) => modules), ...words('Modules')],
  };
}

async function stampsOf(files: readonly string[]): Promise<readonly unknown[]> {
  return await Promise.all(files.map(async (file) => [file, (await stat(file)).mtimeMs]));
}

/** Absolute paths of programs and of the libraries they are started with. */
async function closureOf(names: readonly string[]): Promise<readonly string[]> {
  const paths = new Set<string>();
  for (const name of names) {
    const found = await execa('sh', ['-c', 'PATH=$PATH:/usr/sbin:/sbin command -v "$0"', name], {
      reject: false,
    });
    if (found.failed) throw new Failure(`find ${name}: not installed`, { hint: 'scripts/setup' });
    paths.add(found.stdout);
    const { stdout } = await execa('ldd', [found.stdout]);
    for (const [, library = ''] of stdout.matchAll(/(\/\S+) \(0x/g)) paths.add(library);
  }
  // glibc loads it when a thread is cancelled.
  const { stdout } = await execa('find', ['/usr/lib', '-name', 'libgcc_s.so.1']);
  for (const path of stdout.split('\n').slice(0, 1)) paths.add(path);
  return [...paths].toSorted();
}

/** One tree of merged /usr, whichever of the two names a path was found under. */
async function layOut(root: string, files: readonly string[]): Promise<void> {
  for (const name of ['bin', 'sbin', 'lib', 'lib64']) {
    await mkdir(join(root, 'usr', name), { recursive: true });
    await symlink(`usr/${name}`, join(root, name));
  }
  for (const name of ['dev', 'proc', 'sys', 'run', 'mnt', 'tmp', 'etc/lvm']) {
    await mkdir(join(root, name), { recursive: true });
  }
  await writeFile(join(root, 'etc/lvm/lvm.conf'), lvmSettings);
  for (const file of files) {
    await mkdir(dirname(join(root, file)), { recursive: true });
    await copyFile(await realpath(file), join(root, file));
  }
  await copyFile('/bin/busybox', join(root, 'bin/busybox'));
  const { stdout } = await execa('/bin/busybox', ['--list']);
  for (const applet of stdout.split('\n')) {
    await symlink('busybox', join(root, 'bin', applet)).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
  }
}

/** Numbered in the order in which to insert them, since names with wildcards come sorted. */
async function insertModules(directory: string, paths: readonly string[]): Promise<void> {
  await mkdir(directory, { recursive: true });
  for (const [index, path] of paths.entries()) {
    const name = `${String(index).padStart(3, '0')}-${basename(path).replace(/\.xz$/, '')}`;
    if (path.endsWith('.xz')) {
      await execa('xz', ['-dc', path], { stdout: { file: join(directory, name) }, buffer: false });
    } else await copyFile(path, join(directory, name));
  }
}
