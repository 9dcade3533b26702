/** The kernel of the guests: Debian's build for virtual machines, and the modules they load. */
import { readdir, readFile, symlink } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { execa } from 'execa';
import { Failure } from '../../src/failure.ts';
import { unpackedPackages } from './debian-archive.ts';

export interface GuestKernel {
  readonly image: string;
  /** As `uname -r` will tell. */
  readonly release: string;
  /** Paths of these modules and of all they depend on, in the order in which to insert them. */
  readonly modules: (names: readonly string[]) => Promise<readonly string[]>;
}

export async function guestKernel(): Promise<GuestKernel> {
  const name = /^linux-image-[0-9.]+\+deb[0-9]+-cloud-amd64$/;
  const root = await unpackedPackages('kernel', [name], async (directory) => {
    await symlink('usr/lib', join(directory, 'lib'));
    // The package has no modules.dep, since that is made where it is installed.
    await execa('depmod', ['-b', directory, await releaseIn(directory)]);
  });
  const release = await releaseIn(root);
  return {
    image: join(root, 'boot', `vmlinuz-${release}`),
    release,
    modules: async (names) => await moduleClosure(join(root, 'usr/lib/modules', release), names),
  };
}

async function releaseIn(root: string): Promise<string> {
  const releases = await readdir(join(root, 'usr/lib/modules'));
  const [release] = releases;
  if (release === undefined || releases.length > 1) {
    throw new Failure(`find modules in ${root}: of ${releases.length} kernels, not of one`);
  }
  return release;
}

async function moduleClosure(tree: string, names: readonly string[]): Promise<readonly string[]> {
  const [dependencies, builtin] = await Promise.all([
    readFile(join(tree, 'modules.dep'), 'utf8'),
    readFile(join(tree, 'modules.builtin'), 'utf8'),
  ]);
  const builtins = new Set(builtin.trim().split('\n').map(moduleName));
  const needs = new Map<string, readonly string[]>();
  for (const line of dependencies.trim().split('\n')) {
    const [file = '', needed = ''] = line.split(':');
    // Of a module's dependencies the last is to be inserted first (modules.dep(5)).
    const first = needed.trim().split(' ').toReversed();
    needs.set(
      moduleName(file),
      [...first, file].filter((path) => path !== ''),
    );
  }
  const ordered = new Set<string>();
  for (const name of names) {
    if (builtins.has(name)) continue;
    const files = needs.get(name);
    if (files === undefined) throw new Failure(`find module ${name} in ${tree}: not there`);
    for (const file of files) ordered.add(join(tree, file));
  }
  return [...ordered];
}

function moduleName(path: string): string {
  return basename(path)
    .replace(/\.ko.*$/, '')
    .replaceAll('-', '_');
}
