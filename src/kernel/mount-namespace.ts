/**
 * What no tool can do with a mount namespace, because no tool is left where it leads to. All of it concerns
 * the calling thread alone. Nothing here waits for a device but `unmount`.
 */
import { call } from './system-call.ts';

/** System call numbers (arch/x86/entry/syscalls/syscall_64.tbl, scripts/syscall.tbl). */
const numbersByArchitecture: Readonly<Record<string, Readonly<Record<CallName, bigint>>>> = {
  x64: {
    fchdir: 81n,
    mount: 165n,
    move_mount: 429n,
    open_tree: 428n,
    setns: 308n,
    umount2: 166n,
    unshare: 272n,
  },
  arm64: {
    fchdir: 50n,
    mount: 40n,
    move_mount: 429n,
    open_tree: 428n,
    setns: 268n,
    umount2: 39n,
    unshare: 97n,
  },
};

type CallName = 'fchdir' | 'mount' | 'move_mount' | 'open_tree' | 'setns' | 'umount2' | 'unshare';

/** include/uapi/linux/sched.h, mount.h and fcntl.h. */
const ownFileSystem = 0x200n;
const mountNamespace = 0x20000n;
const recursivePrivate = 0x4000n | 0x40000n;
const detach = 2n;
const noFollow = 8n;
const cloneTree = 1n | 0o2000000n;
const recursive = 0x8000n;
const emptyPath = 4n;
const currentDirectory = -100n;

function make(name: CallName, ...words: readonly (bigint | string)[]): bigint {
  const number = numbersByArchitecture[process.arch]?.[name];
  if (number === undefined) throw new Error(`${name}: not known on ${process.arch}`);
  const result = call(number, ...words);
  if (typeof result === 'string') throw new Error(`${name}: ${result}`);
  return result;
}

/** A copy of all mounts, of which no change reaches the others. */
export function copyMountNamespace(): void {
  make('unshare', mountNamespace);
  make('mount', 'none', '/', 'none', recursivePrivate, 0n);
}

/** To be at the root of a namespace, which is the mount on top there (setns(2)). */
export function enterMountNamespace(descriptor: number): void {
  make('unshare', ownFileSystem);
  make('setns', BigInt(descriptor), mountNamespace);
}

/**
 * Takes the root off what it lies on and puts a clone of it and of all mounts in it there again. In between
 * the thread is at the root of the namespace, and stays there, below what others see; `look` is called then.
 */
export function stepBelowRoot(namespace: number, look: () => void): void {
  const tree = make('open_tree', currentDirectory, '/', cloneTree | recursive);
  make('umount2', '/', detach);
  try {
    enterMountNamespace(namespace);
    look();
  } finally {
    make('move_mount', tree, '', currentDirectory, '/', emptyPath);
  }
}

/** A descriptor of the root of a mount of its own, which is in no namespace and goes when it is closed. */
export function cloneMount(target: string): number {
  return Number(make('open_tree', currentDirectory, target, cloneTree));
}

/** Not lazily: may wait for a device. */
export function unmount(target: string): void {
  make('umount2', target, 0n);
}

/** The same of what is at the path itself, be that a link (UMOUNT_NOFOLLOW of umount2(2)). */
export function unmountInPlace(target: string): void {
  make('umount2', target, noFollow);
}

export function changeDirectory(descriptor: number): void {
  make('fchdir', BigInt(descriptor));
}
