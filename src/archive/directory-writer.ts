/** Writes an image as a directory tree. */
import { chmod, link, lutimes, mkdir, open, symlink, type FileHandle } from 'node:fs/promises';
import { Failure, reasonOf } from '../failure.ts';
import { modeOf, type ImageEntry } from '../image/image-entry.ts';
import type { ImageWriter } from './image-writer.ts';

/**
 * `directory` must exist and be empty; it keeps its own mode and owner. Everything in it gets
 * `modificationTime`, in seconds since 1970.
 */
export function createDirectoryWriter(directory: string, modificationTime: number): ImageWriter {
  const paths: string[] = [];
  let file: FileHandle | undefined;
  let path = directory;

  async function attempt<Result>(work: () => Promise<Result>): Promise<Result> {
    try {
      return await work();
    } catch (error) {
      throw new Failure(`write ${path}: ${reasonOf(error)}`, { cause: error });
    }
  }
  async function close(): Promise<void> {
    const closing = file;
    file = undefined;
    await closing?.close();
  }
  return {
    async add(entry) {
      path = directory + entry.path;
      paths.push(path);
      file = await attempt(() => createNode(entry, directory));
    },
    async write(part) {
      await attempt(async () => file?.writeFile(part));
    },
    async end() {
      await attempt(close);
    },
    async finish() {
      // From the leaves upwards, since writing into a directory changes its time.
      for (path of paths.toReversed()) {
        await attempt(() => lutimes(path, modificationTime, modificationTime));
      }
    },
    async abandon() {
      await close().catch(() => undefined);
    },
  };
}

/** An open file where it has bytes to come. */
async function createNode(entry: ImageEntry, directory: string): Promise<FileHandle | undefined> {
  const path = directory + entry.path;
  switch (entry.kind) {
    case 'directory':
      await mkdir(path);
      // Whatever the umask took away.
      await chmod(path, modeOf(entry));
      return undefined;
    case 'symlink':
      await symlink(entry.target, path);
      return undefined;
    case 'file': {
      if (entry.linkTo !== undefined) {
        await link(directory + entry.linkTo, path);
        return undefined;
      }
      const file = await open(path, 'wx');
      await file.chmod(modeOf(entry));
      return file;
    }
  }
}
