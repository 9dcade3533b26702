/**
 * The system calls that no tool gives, by node:ffi. The only file that may import it. None of them
 * can block, or it is made in a child with a deadline: what may wait for a device.
 *
 * A C call and the reading of errno behind it stay in one function, because any other work of the
 * runtime in between may change errno.
 */
import { closeSync, openSync, readFileSync } from 'node:fs';
import { dlopen, getInt32, getRawPointer } from 'node:ffi';
import { constants } from 'node:os';

/** reboot(2) commands (include/uapi/linux/reboot.h). */
export const rebootCommand = {
  restart: 0x01234567n,
  halt: 0xcdef0123n,
  powerOff: 0x4321fedcn,
  restartWithArgument: 0xa1b2c3d4n,
  kexec: 0x45584543n,
} as const;

/** Special keyring ids (keyctl(2)). */
const keyring = {
  thread: -1n,
  process: -2n,
  session: -3n,
  user: -4n,
  userSession: -5n,
} as const;

interface CallNumbers {
  readonly reboot: bigint;
  readonly keyctl: bigint;
  readonly setresuid: bigint;
  readonly madvise: bigint;
  readonly mmap: bigint;
  readonly munlock: bigint;
  readonly prctl: bigint;
  readonly syslog: bigint;
  readonly ioctl: bigint;
}

/** System call numbers (arch/x86/entry/syscalls/syscall_64.tbl, scripts/syscall.tbl). */
const numbersByArchitecture: Readonly<Record<string, CallNumbers>> = {
  x64: {
    ioctl: 16n,
    keyctl: 250n,
    madvise: 28n,
    mmap: 9n,
    munlock: 150n,
    prctl: 157n,
    reboot: 169n,
    setresuid: 117n,
    syslog: 103n,
  },
  arm64: {
    ioctl: 29n,
    keyctl: 219n,
    madvise: 233n,
    mmap: 222n,
    munlock: 229n,
    prctl: 167n,
    reboot: 142n,
    setresuid: 147n,
    syslog: 116n,
  },
};

const keyctlRevoke = 3n;
const keyctlClear = 7n;
const keyctlGetPersistent = 22n;
const rebootMagic1 = 0xfee1deadn;
const rebootMagic2 = 672274793n;
const lockCurrent = 1;
const lockFuture = 2;
const lockOnFault = 4;
const unchanged = -1n;

/** prctl(2), mmap(2), madvise(2) and syslog(2), as on both architectures. */
const setParentDeathSignal = 1n;
const killSignal = 9n;
const readAndWrite = 3n;
const privateAnonymousPopulated = 0x2n | 0x20n | 0x8000n | 0x4000n;
const adviseFree = 8n;
/** FS_IOC_SETFLAGS (include/uapi/linux/fs.h). */
const setInodeFlags = 0x40086602n;
const syslogReadAll = 3n;
const syslogSizeOfBuffer = 10n;

type Library = ReturnType<typeof openLibrary>;

let opened: Library | undefined;

function openLibrary() {
  const { functions } = dlopen(null, {
    syscall: { arguments: ['i64', 'i64', 'i64', 'i64', 'i64', 'i64', 'i64'], return: 'i64' },
    mlockall: { arguments: ['i32'], return: 'i32' },
    __errno_location: { arguments: [], return: 'pointer' },
  });
  const numbers = numbersByArchitecture[process.arch];
  if (numbers === undefined) throw new Error(`system calls of ${process.arch} are not known`);
  return { functions, numbers };
}

function library(): Library {
  opened ??= openLibrary();
  return opened;
}

/** Makes a system call; the errno's name when it fails, else its result. A text is passed as a path is. */
export function call(number: bigint, ...words: readonly (bigint | string)[]): bigint | string {
  const { functions } = library();
  const texts = words.map((word) => (typeof word === 'string' ? Buffer.from(`${word}\0`) : word));
  const [a = 0n, b = 0n, c = 0n, d = 0n, e = 0n, f = 0n] = texts.map((word) =>
    typeof word === 'bigint' ? word : getRawPointer(word),
  );
  const result = functions.syscall(number, a, b, c, d, e, f);
  return result === -1n ? errnoName() : result;
}

/** To be passed to `call`; the bytes must outlive the call. */
export function addressOf(bytes: Uint8Array): bigint {
  return getRawPointer(bytes);
}

/** Of include/uapi/asm-generic/errno.h what libuv does not know. */
const keyErrors: Readonly<Record<number, string>> = {
  126: 'ENOKEY',
  127: 'EKEYEXPIRED',
  128: 'EKEYREVOKED',
  129: 'EKEYREJECTED',
};

function errnoName(): string {
  const errno = getInt32(library().functions.__errno_location());
  const found = Object.entries(constants.errno).find(([, value]) => value === errno);
  return found?.[0] ?? keyErrors[errno] ?? `errno ${errno}`;
}

/**
 * reboot(2). Returns only when the kernel refused, with the errno's name; for `halt` it does not
 * return either. In a PID namespace other than the first it ends the namespace's init instead.
 */
export function reboot(command: keyof typeof rebootCommand, argument = ''): string {
  const { numbers } = library();
  const result = call(numbers.reboot, rebootMagic1, rebootMagic2, rebootCommand[command], argument);
  return typeof result === 'string' ? result : 'returned';
}

/**
 * Clears the keyrings of a user: user, user session and persistent. The raw setresuid changes only
 * this thread, and the saved id 0 keeps the way back open; keyctl(2) takes `_uid.N` from the real
 * user id of the calling thread.
 */
export function clearKeyringsOfUser(userId: number): void {
  const { keyctl, setresuid } = library().numbers;
  const id = BigInt(userId);
  const persistent = call(keyctl, keyctlGetPersistent, id, keyring.thread);
  if (typeof persistent === 'bigint') call(keyctl, keyctlClear, persistent);
  call(keyctl, keyctlClear, keyring.thread);
  if (typeof call(setresuid, id, id, 0n) === 'string') return;
  try {
    call(keyctl, keyctlClear, keyring.user);
    call(keyctl, keyctlClear, keyring.userSession);
  } finally {
    call(setresuid, 0n, 0n, unchanged);
  }
}

/** Where its permissions let that user; a revoked key has no payload. */
export function revokeKeyOfUser(userId: number, serial: number): void {
  const { keyctl, setresuid } = library().numbers;
  const id = BigInt(userId);
  if (typeof call(setresuid, id, id, 0n) === 'string') return;
  call(keyctl, keyctlRevoke, BigInt(serial));
  call(setresuid, 0n, 0n, unchanged);
}

/** Clears the session, process and thread keyrings of this process (the session is PID 1's too). */
export function clearOwnKeyrings(): void {
  const { keyctl } = library().numbers;
  call(keyctl, keyctlClear, keyring.session);
  call(keyctl, keyctlClear, keyring.process);
  call(keyctl, keyctlClear, keyring.thread);
}

/**
 * Keeps this process' pages in memory from the moment each is touched (mlockall(2)); a plain
 * MCL_FUTURE would fill V8's large reservations at once. Not the code that V8 generates: the pages of that it gives
 * back by MADV_DONTNEED, which the kernel refuses for what is locked, and then V8 ends the process
 * (OS::DiscardSystemPages() in its src/base/platform/platform-posix.cc).
 */
export function lockMemory(): void {
  library().functions.mlockall(lockCurrent | lockFuture | lockOnFault);
  for (const [start, end] of generatedCode(readFileSync('/proc/self/maps', 'latin1'))) {
    call(library().numbers.munlock, start, end - start);
  }
}

/** Where code lies that is of no file, of the text of /proc/PID/maps (proc_pid_maps(5)). */
export function generatedCode(maps: string): readonly (readonly [start: bigint, end: bigint])[] {
  const found = maps.matchAll(/^([0-9a-f]+)-([0-9a-f]+) ..x. [0-9a-f]+ [0-9a-f:]+ 0 *$/gm);
  return [...found].map(([, start, end]) => [BigInt(`0x${start}`), BigInt(`0x${end}`)]);
}

/** Has this process killed when the thread that started it ends. */
export function dieWithParent(): void {
  call(library().numbers.prctl, setParentDeathSignal, killSignal);
}

/**
 * Takes so many bytes of memory for this process, each page zeroed by the kernel, which may be more
 * than there is: then it does not return, because the kernel ends the process (MAP_POPULATE).
 * The errno's name when the address space cannot be had.
 */
export function takeMemory(bytes: number): string | undefined {
  const taken = populate(bytes);
  return typeof taken === 'string' ? taken : undefined;
}

/**
 * Takes so many bytes of memory that the kernel may have back when it wants them (MADV_FREE). The errno's name when the
 * address space cannot be had, or an old kernel knows no such memory.
 */
export function lendMemory(bytes: number): string | undefined {
  const taken = populate(bytes);
  if (typeof taken === 'string') return taken;
  const lent = call(library().numbers.madvise, taken, BigInt(bytes), adviseFree);
  return typeof lent === 'string' ? lent : undefined;
}

/** The address, or the errno's name. */
function populate(bytes: number): bigint | string {
  const { mmap } = library().numbers;
  return call(mmap, 0n, BigInt(bytes), readAndWrite, privateAnonymousPopulated, -1n, 0n);
}

/** The kernel log as far as it goes back, empty where it cannot be read; syslog(2) never waits here. */
export function readKernelLog(): string {
  const { syslog } = library().numbers;
  const size = call(syslog, syslogSizeOfBuffer);
  if (typeof size === 'string') return '';
  const bytes = Buffer.alloc(Number(size));
  const length = call(syslog, syslogReadAll, getRawPointer(bytes), size);
  return typeof length === 'string' ? '' : bytes.toString('utf8', 0, Number(length));
}

/**
 * Lets a file of efivarfs be written, which is immutable unless the kernel knows its variable. Asks
 * nothing of the firmware. The errno's name when it fails.
 */
export function clearImmutable(path: string): string | undefined {
  let descriptor: number;
  try {
    descriptor = openSync(path, 'r');
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? String(error);
  }
  const noFlags = Buffer.alloc(8);
  const refusal = control(descriptor, setInodeFlags, noFlags);
  closeSync(descriptor);
  return refusal;
}

/**
 * ioctl(2), with a number or with the bytes that it reads and writes; the errno's name when it fails.
 * Whether it can block is the request's matter.
 */
export function control(
  descriptor: number,
  request: bigint,
  argument: bigint | Buffer = 0n,
): string | undefined {
  const { ioctl } = library().numbers;
  const word = typeof argument === 'bigint' ? argument : getRawPointer(argument);
  const result = call(ioctl, BigInt(descriptor), request, word);
  return typeof result === 'string' ? result : undefined;
}

/**
 * /proc/keys as a user sees it, which are the keys that user may view: of other users' keys not even root is
 * told. Empty where it cannot be read. Root's way; everybody else sees their own whatever the id.
 */
export function readKeysOfUser(userId: number): string {
  const { setresuid } = library().numbers;
  const id = BigInt(userId);
  const isOther = userId !== 0 && process.getuid?.() === 0;
  if (isOther && typeof call(setresuid, id, id, 0n) === 'string') return '';
  try {
    return readFileSync('/proc/keys', 'utf8');
  } catch {
    return '';
  } finally {
    if (isOther) call(setresuid, 0n, 0n, unchanged);
  }
}
