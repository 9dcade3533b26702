/** Changes to a root that are seen whole or not at all: a temporary name, then rename(2). */
import { chmod, copyFile, mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Failure, reasonOf } from '../failure.ts';

export type Placed =
  | { readonly kind: 'text'; readonly text: string | Uint8Array; readonly mode: number }
  | { readonly kind: 'copy'; readonly source: string; readonly mode: number }
  | { readonly kind: 'symlink'; readonly target: string };

/** Puts one file or symlink at `path` below `root`, in the place of what stands there. */
export async function putInPlace(root: string, path: string, placed: Placed): Promise<void> {
  const target = join(root, path);
  const part = join(dirname(target), `.${path.slice(path.lastIndexOf('/') + 1)}.new`);
  try {
    await rm(part, { force: true });
    await write(part, placed);
    await rename(part, target);
  } catch (error) {
    await rm(part, { force: true }).catch(() => undefined);
    throw new Failure(`write ${target}: ${reasonOf(error)}`, { cause: error });
  }
}

async function write(part: string, placed: Placed): Promise<void> {
  switch (placed.kind) {
    case 'text':
      await writeFile(part, placed.text);
      return chmod(part, placed.mode);
    case 'copy':
      await copyFile(placed.source, part);
      return chmod(part, placed.mode);
    case 'symlink':
      return symlink(placed.target, part);
  }
}

/** Makes a directory below `root` with its parents; returns those that were not there before. */
export async function makeDirectories(root: string, path: string): Promise<string[]> {
  const made: string[] = [];
  const names = path.split('/').filter(Boolean);
  for (let count = 1; count <= names.length; count++) {
    const directory = `/${names.slice(0, count).join('/')}`;
    try {
      await mkdir(join(root, directory), { mode: 0o755 });
      made.push(directory);
    } catch (error) {
      if (reasonOf(error) === 'EEXIST') continue;
      const target = join(root, directory);
      throw new Failure(`make directory ${target}: ${reasonOf(error)}`, { cause: error });
    }
  }
  return made;
}
