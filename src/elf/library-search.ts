/**
 * Where the dynamic loader looks for a library, in its order. LD_LIBRARY_PATH has no part: nobody
 * sets it for PID 1. Sources: ld.so(8), glibc elf/dl-load.c (_dl_map_object), musl ldso/dynlink.c
 * (load_library).
 */
import type { ElfObject } from './elf-object.ts';

/** An object that asks for a library, and the one that asked for it, up to the program. */
export interface Requester {
  /** Symlinks resolved, inside the root. */
  readonly path: string;
  /**
   * The path the loader opened, whose directory is `$ORIGIN`: of a library the one that was found,
   * symlinks kept; of the program the one that the kernel resolved.
   */
  readonly found: string;
  readonly elf: ElfObject;
  readonly loadedBy: Requester | undefined;
}

/** What the root's own loader searches besides what objects name themselves. */
export interface SystemDirectories {
  readonly family: LoaderFamily;
  /** From ld.so.conf, in the order of ldconfig(8)'s cache; with musl of its own path file. */
  readonly configured: readonly string[];
  /** Compiled into the loader; searched without a cache too. */
  readonly builtIn: readonly string[];
}

export type LoaderFamily = 'glibc' | 'musl';

/** Where one object's library is looked for; each directory once, in this order. */
interface SearchDirectories {
  /** What the object itself and those that loaded it name. */
  readonly own: readonly string[];
  /** By the settings of the root, in which a glibc loader reads a cache. */
  readonly configured: readonly string[];
  readonly builtIn: readonly string[];
}

export function searchDirectories(
  requester: Requester,
  { family, configured, builtIn }: SystemDirectories,
): SearchDirectories {
  if (family === 'musl') {
    // Its path file takes the place of the built-in list.
    const system = configured.length > 0 ? configured : builtIn;
    return { own: muslDirectories(requester), configured: system, builtIn: [] };
  }
  const own = ownDirectories(requester, builtIn);
  if (!requester.elf.noDefaultLibraries) return { own, configured, builtIn };
  const others = configured.filter((directory) => !builtIn.includes(directory));
  return { own, configured: others, builtIn: [] };
}

/** A DT_NEEDED name may hold `$` words too; glibc's loader replaces them. */
export function expandName(
  name: string,
  requester: Requester,
  { family, builtIn }: SystemDirectories,
): string {
  return family === 'musl' ? name : expand(name, requester, builtIn);
}

/** musl is its own loader: these names are never looked for (load_library). */
export function isLoaderItself(name: string, { family }: SystemDirectories): boolean {
  return family === 'musl' && /^lib(?:c|pthread|rt|m|dl|util|xnet)\./.test(name);
}

function ownDirectories(requester: Requester, builtIn: readonly string[]): string[] {
  const { runpath } = requester.elf;
  if (runpath !== undefined) return expandAll(runpath, requester, builtIn);
  return [...requestersUpwards(requester)]
    .filter(({ elf }) => elf.runpath === undefined)
    .flatMap((one) => expandAll(one.elf.rpath, one, builtIn));
}

/** RPATH and RUNPATH mean the same, and an object's serve all that it loads. */
function muslDirectories(requester: Requester): string[] {
  return [...requestersUpwards(requester)].flatMap((one) => {
    const directories = one.elf.runpath ?? one.elf.rpath;
    const placed = directories.map((directory) => withOrigin(directory, one));
    // Another `$` word turns the whole list off (fixup_rpath).
    return placed.some((directory) => directory.includes('$')) ? [] : placed.filter(isAbsolute);
  });
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
  let longest: readonly string[] = [];
  let run: string[] = [];
  for (const word of text.split('\0')) {
    if (isLibraryDirectory(word)) run.push(word.slice(0, -1));
    else {
      if (run.join('').length > longest.join('').length) longest = run;
      run = [];
    }
  }
  return [...longest];
}

/** Short ones only, so that the look of a file that lies costs no more than its bytes. */
function isLibraryDirectory(text: string): boolean {
  return text.length <= 256 && text.includes('/lib') && /^\/(?:[\w.+-]+\/)+$/.test(text);
}

function* requestersUpwards(requester: Requester): Generator<Requester> {
  for (let one: Requester | undefined = requester; one !== undefined; one = one.loadedBy) yield one;
}

function expandAll(
  directories: readonly string[],
  requester: Requester,
  builtIn: readonly string[],
): string[] {
  return directories.map((directory) => expand(directory, requester, builtIn)).filter(isAbsolute);
}

/** Anything else is relative to a working directory that PID 1 does not have. */
function isAbsolute(directory: string): boolean {
  return directory.startsWith('/');
}

function expand(text: string, requester: Requester, builtIn: readonly string[]): string {
  // Where a loader's libraries are first looked for is what its makers call `$LIB`.
  const lib = (builtIn[0] ?? `/${wideName(requester.elf)}`).replace(/^\/(?:usr\/)?/, '');
  return withOrigin(text, requester)
    .replace(/\$(?:PLATFORM\b|\{PLATFORM\})/g, platforms[requester.elf.machine] ?? '')
    .replace(/\$(?:LIB\b|\{LIB\})/g, lib);
}

function withOrigin(text: string, { found }: Requester): string {
  const origin = found.slice(0, found.lastIndexOf('/')) || '/';
  return text.replace(/\$(?:ORIGIN\b|\{ORIGIN\})/g, () => origin);
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
