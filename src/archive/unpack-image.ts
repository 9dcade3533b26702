/** Unpacks an image into a new directory; no entry can put anything outside of it. */
import { createWriteStream } from 'node:fs';
import { chmod, link, lstat, mkdir, mkdtemp, rename, rm, symlink } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { Failure, reasonOf } from '../failure.ts';
import type { ReadEntry } from './read-entry.ts';
import { readImage } from './read-image.ts';

/**
 * The number of entries. `directory` must not exist, and does only when all went well; on any error,
 * and when `signal` aborts, nothing is left.
 */
export async function unpackImage(
  path: string,
  directory: string,
  signal?: AbortSignal,
): Promise<number> {
  const output = resolve(directory);
  if ((await lstat(output).catch(() => undefined)) !== undefined) {
    throw new Failure(`unpack to ${directory}: it exists`, { hint: 'name a new directory' });
  }
  const workplace = await mkdtemp(join(dirname(output), `.${basename(output)}.`)).catch(
    (error: unknown) => {
      throw new Failure(`unpack to ${directory}: ${reasonOf(error)}`, { cause: error });
    },
  );
  try {
    let count = 0;
    const directories = new Set(['']);
    const files = new Set<string>();
    for await (const entry of readImage(path)) {
      if (signal?.aborted === true) break;
      await unpackEntry(path, entry, workplace, directories, files);
      count++;
    }
    if (signal?.aborted === true) throw new Failure(`unpack to ${directory}: interrupted`);
    await chmod(workplace, 0o755);
    await rename(workplace, output);
    return count;
  } finally {
    await rm(workplace, { recursive: true, force: true });
  }
}

async function unpackEntry(
  image: string,
  entry: ReadEntry,
  top: string,
  directories: Set<string>,
  files: Set<string>,
): Promise<void> {
  const names = entry.path.split('/');
  const parent = names.slice(0, -1).join('/');
  // Only below directories made here: not through a symlink that came before, and not upwards.
  if (names.some((name) => ['', '.', '..'].includes(name)) || !directories.has(parent)) {
    throw new Failure(`unpack ${image}: ${entry.path}: its place is not in the image`);
  }
  const path = join(top, entry.path);
  try {
    if (entry.kind === 'directory' && directories.has(entry.path)) return;
    // Of several of one name the last one counts, as for the kernel.
    await rm(path, { force: true });
    files.delete(entry.path);
    switch (entry.kind) {
      case 'directory':
        await mkdir(path);
        directories.add(entry.path);
        break;
      case 'symlink':
        await symlink(entry.target ?? '', path);
        return;
      case 'link':
        if (!files.has(entry.target ?? '')) {
          throw new Failure(`unpack ${image}: ${entry.path}: what it links to is not in the image`);
        }
        await link(join(top, entry.target ?? ''), path);
        return;
      case 'file':
        files.add(entry.path);
        await pipeline(entry.content, createWriteStream(path, { flags: 'wx' }));
        break;
      case 'other':
        throw new Failure(`unpack ${image}: ${entry.path}: it is no file, directory or symlink`);
    }
    await chmod(path, entry.mode & 0o755);
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw new Failure(`unpack ${image}: ${entry.path}: ${reasonOf(error)}`, { cause: error });
  }
}
