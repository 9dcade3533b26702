import { decodeBytes } from './foreign-bytes.ts';
import type { Devnum, MountPoint } from './snapshot.ts';

export interface ParsedMountinfo {
  readonly mounts: readonly MountPoint[];
  /** Lines that are no mountinfo; they are left out. */
  readonly garbledLines: number;
}

/**
 * Reads the text of /proc/self/mountinfo (proc_pid_mountinfo(5)). Octal escapes are decoded, except
 * in the superblock's options: a decoded comma there would be taken for the next option. It is read piece by piece
 * while mounts come and go: of lines with one id the last is the newest.
 */
export function parseMountinfo(text: string): ParsedMountinfo {
  const mounts = new Map<number, MountPoint>();
  let garbledLines = 0;
  for (const line of text.split('\n')) {
    if (line === '') continue;
    const mount = parseLine(line);
    if (mount === undefined) garbledLines += 1;
    else mounts.set(mount.mountId, mount);
  }
  return { mounts: [...mounts.values()], garbledLines };
}

/** `36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw,errors=continue` */
function parseLine(line: string): MountPoint | undefined {
  const words = line.split(' ');
  const separator = words.indexOf('-', 6);
  const [mountId, parentId, devnum, root, target, options] = words;
  const [fstype, source, superOptions] = words.slice(separator + 1);
  if (
    separator === -1 ||
    !isNumber(mountId) ||
    !isNumber(parentId) ||
    !isDevnum(devnum) ||
    root === undefined ||
    target === undefined ||
    !target.startsWith('/') ||
    fstype === undefined ||
    fstype === ''
  ) {
    return undefined;
  }
  return {
    mountId: Number(mountId),
    parentId: Number(parentId),
    devnum,
    root: decodeOctal(root),
    target: decodeOctal(target),
    options: options ?? '',
    tags: words.slice(6, separator),
    fstype: decodeOctal(fstype),
    source: decodeOctal(source ?? ''),
    superOptions: superOptions ?? '',
  };
}

function isNumber(word: string | undefined): word is `${number}` {
  return word !== undefined && /^\d{1,10}$/.test(word);
}

function isDevnum(word: string | undefined): word is Devnum {
  return word !== undefined && /^\d+:\d+$/.test(word);
}

/** `\040` and its like, written by the kernel's mangle() and seq_escape() (fs/seq_file.c). */
export function decodeOctal(word: string): string {
  if (!word.includes('\\')) return word;
  return word.replaceAll(/(?:\\[0-3][0-7]{2})+/g, (escapes) => {
    const bytes = escapes
      .slice(1)
      .split('\\')
      .map((digits) => Number.parseInt(digits, 8));
    return decodeBytes(new Uint8Array(bytes));
  });
}
