/**
 * Where the dynamic loader looks for a library, in its order. LD_LIBRARY_PATH has no part: nobody
 * sets it for PID 1. Sources: ld.so(8), glibc elf/dl-load.c (_dl_map_object).
 */
import type { ElfObject } from './elf-object.ts';

/** An object that asks for a library, and the one that asked for it, up to the program. */
export interface Requester {
  /** Canonical path in the root, for `$ORIGIN`. */
  readonly path: string;
  readonly elf: ElfObject;
  readonly loadedBy: Requester | undefined;
}

/** What the root's own loader searches besides what objects name themselves. */
export interface SystemDirectories {
  /** From ld.so.conf, in the order of ldconfig(8)'s cache. */
  readonly configured: readonly string[];
  /** Compiled into the loader; searched without a cache too. */
  readonly builtIn: readonly string[];
}

/** What the object itself and those that loaded it name, `$` words replaced; searched first. */
export function ownDirectories(requester: Requester): string[] {
  if (requester.elf.runpath !== undefined) return expand(requester.elf.runpath, requester);
  return [...requestersUpwards(requester)]
    .filter(({ elf }) => elf.runpath === undefined)
    .flatMap((one) => expand(one.elf.rpath, one));
}

/** Built-in directories of a machine's usual loaders, for a loader that does not tell its own. */
export function usualDirectories(elf: ElfObject): string[] {
  const triplet = triplets[elf.machine]?.[elf.bits === 64 ? 64 : 32];
  const names = [...(triplet === undefined ? [] : [`lib/${triplet}`]), wideName(elf), 'lib'];
  return [...new Set(names)].flatMap((name) => [`/${name}`, `/usr/${name}`]);
}

/**
 * The directories compiled into a glibc loader, which keeps them as strings one behind the other,
 * each with a slash at its end (elf/dl-load.c, system_dirs). Empty for another loader.
 */
export function builtInDirectories(loader: Uint8Array): string[] {
  const text = Buffer.from(loader.buffer, loader.byteOffset, loader.length).toString('latin1');
  // oxlint-disable-next-line no-control-regex -- NUL is what separates the strings.
  const runs = text.match(/(?<=\0)(?:\/(?:[\w.+-]+\/)*lib[\w.+-]*\/(?:[\w.+-]+\/)*\0)+/g) ?? [];
  const longest = runs.toSorted((one, other) => other.length - one.length)[0] ?? '';
  return longest
    .split('\0')
    .filter(Boolean)
    .map((directory) => directory.slice(0, -1));
}

function* requestersUpwards(requester: Requester): Generator<Requester> {
  for (let one: Requester | undefined = requester; one !== undefined; one = one.loadedBy) yield one;
}

function expand(directories: readonly string[], requester: Requester): string[] {
  const origin = requester.path.slice(0, requester.path.lastIndexOf('/')) || '/';
  const { machine, bits } = requester.elf;
  const triplet = triplets[machine]?.[bits];
  const libs = [...(triplet === undefined ? [] : [`lib/${triplet}`]), wideName(requester.elf)];
  return directories.flatMap((directory) => {
    const placed = directory
      .replace(/\$(?:ORIGIN\b|\{ORIGIN\})/g, origin)
      .replace(/\$(?:PLATFORM\b|\{PLATFORM\})/g, platforms[machine] ?? '');
    if (!placed.startsWith('/')) return []; // relative to a working directory PID 1 does not have
    const wanted = /\$(?:LIB\b|\{LIB\})/g;
    return wanted.test(placed) ? libs.map((lib) => placed.replace(wanted, lib)) : [placed];
  });
}

function wideName(elf: ElfObject): string {
  return elf.bits === 64 ? 'lib64' : 'lib';
}

/** Debian's multiarch tuples by e_machine and class (https://wiki.debian.org/Multiarch/Tuples). */
const triplets: Readonly<Record<number, Partial<Record<32 | 64, string>>>> = {
  3: { 32: 'i386-linux-gnu' },
  21: { 64: 'powerpc64le-linux-gnu' },
  22: { 64: 's390x-linux-gnu' },
  40: { 32: 'arm-linux-gnueabihf' },
  62: { 64: 'x86_64-linux-gnu', 32: 'x86_64-linux-gnux32' },
  183: { 64: 'aarch64-linux-gnu' },
  243: { 64: 'riscv64-linux-gnu' },
  258: { 64: 'loongarch64-linux-gnu' },
};

/** AT_PLATFORM of the plainest processor of a machine. */
const platforms: Readonly<Record<number, string>> = {
  3: 'i686',
  40: 'v7l',
  62: 'x86_64',
  183: 'aarch64',
};
