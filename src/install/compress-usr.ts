/** Turns the tree of a whole image into a light part and one compressed image of its /usr. */
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { Failure, reasonOf } from '../failure.ts';

/** Little memory all the time for little time at shutdown: docs/decisions.md has the figures. */
const compression = ['-comp', 'zstd', '-Xcompression-level', '18', '-b', '1M'];

/**
 * Replaces the tree's /usr by /usr.squashfs, which the guard mounts there after the pivot. The same
 * tree gives the same bytes: `modificationTime`, in seconds since 1970, is that of every inode.
 */
export async function compressUsr(tree: string, modificationTime: number): Promise<void> {
  const usr = join(tree, 'usr');
  const time = String(modificationTime);
  const words = [usr, join(tree, 'usr.squashfs'), '-noappend', '-quiet', '-no-progress'];
  words.push('-all-root', '-no-xattrs', '-all-time', time, '-mkfs-time', time, ...compression);
  try {
    // mksquashfs refuses to be told the time twice.
    await execa('mksquashfs', words, { env: { SOURCE_DATE_EPOCH: undefined } });
  } catch (error) {
    throw new Failure(`compress ${usr}: ${reasonOf(error)}`, { cause: error });
  }
  await rm(usr, { recursive: true });
  await mkdir(usr);
}
