/** Writes an image as a directory tree. */
import { createWriteStream } from 'node:fs';
import { chmod, lutimes, mkdir, symlink } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { Failure, reasonOf } from '../failure.ts';
import { modeOf, type ImageEntry } from '../image/image-entry.ts';
import type { Image } from '../image/image.ts';
import { readContent } from '../image/read-content.ts';

/** `directory` must exist and be empty; it keeps its own mode and owner. */
export async function writeDirectory(image: Image, directory: string): Promise<void> {
  for (const entry of image.entries) await writeEntry(entry, directory);
  // From the leaves upwards, since writing into a directory changes its time.
  for (const { path } of image.entries.toReversed()) {
    await lutimes(directory + path, image.modificationTime, image.modificationTime);
  }
}

async function writeEntry(entry: ImageEntry, directory: string): Promise<void> {
  const path = directory + entry.path;
  try {
    switch (entry.kind) {
      case 'directory':
        await mkdir(path);
        break;
      case 'symlink':
        await symlink(entry.target, path);
        return;
      case 'file':
        await pipeline(readContent(entry.content), createWriteStream(path, { flags: 'wx' }));
        break;
    }
    // Whatever the umask took away.
    await chmod(path, modeOf(entry));
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw new Failure(`write ${path}: ${reasonOf(error)}`, { cause: error });
  }
}
