/** Reads what `build` writes, in any format and compression, told by its first bytes. */
import { createReadStream } from 'node:fs';
import { mkdtemp, open, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Failure, reasonOf } from '../failure.ts';
import { NoArchive, readArchive } from './archive-reader.ts';
import { readDirectory } from './directory-reader.ts';
import { unpackErofs } from './erofs.ts';
import { findLayer, isLayout } from './oci-reader.ts';
import type { ReadEntry } from './read-entry.ts';
import { unpackSquashfs } from './squashfs.ts';
import { toolFailure } from './tool.ts';

/** zlib's codes tell nobody much; Z_BUF_ERROR is its word for a missing end. */
function damageOf(error: unknown): string {
  const reason = reasonOf(error);
  if (reason === 'Z_BUF_ERROR') return 'it is cut off';
  return /^(?:Z_|ZSTD_)/.test(reason) ? `it cannot be decompressed, ${reason}` : reason;
}

/** Throws a Failure for what is no image, and where one is cut off. */
export async function* readImage(path: string): AsyncGenerator<ReadEntry, void, undefined> {
  try {
    for await (const entry of entriesOf(path)) {
      yield { ...entry, content: readable(entry.content, `${path}: ${entry.path}`) };
    }
  } catch (error) {
    throw unreadable(path, error);
  }
}

/** Read by whoever takes the entry, whose error it would be. */
async function* readable(
  content: AsyncIterable<Uint8Array>,
  place: string,
): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    yield* content;
  } catch (error) {
    throw unreadable(place, error);
  }
}

function unreadable(place: string, error: unknown): Failure {
  if (error instanceof Failure) return error;
  if (error instanceof NoArchive) {
    return new Failure(`read image ${place}: it is no archive, file system image or directory`);
  }
  const failure = toolFailure(error);
  return new Failure(`read image ${place}: ${damageOf(failure ?? error)}`, {
    ...(failure?.hint !== undefined && { hint: failure.hint }),
  });
}

async function* entriesOf(path: string): AsyncIterable<ReadEntry> {
  if ((await stat(path)).isDirectory()) {
    if (await isLayout(path)) yield* readArchive(createReadStream(await findLayer(path)));
    else yield* readDirectory(path);
    return;
  }
  const start = await firstBytes(path, 2048);
  if (start.toString('latin1', 0, 4) === 'hsqs') yield* readUnpacked(path, unpackSquashfs);
  // EROFS_SUPER_MAGIC_V1 in the superblock (fs/erofs/erofs_fs.h).
  else if (start.toString('hex', 1024, 1028) === 'e2e1f5e0') yield* readUnpacked(path, unpackErofs);
  else yield* readArchive(createReadStream(path, { highWaterMark: 1 << 18 }));
}

/** A file system image, which only its own tools read, by way of a temporary directory. */
async function* readUnpacked(
  path: string,
  unpack: (image: string, directory: string) => Promise<void>,
): AsyncGenerator<ReadEntry, void, undefined> {
  const place = await mkdtemp(join(tmpdir(), 'shutdownramfs-')).catch((error: unknown) => {
    throw new Failure(`unpack ${path} to read it in ${tmpdir()}: ${reasonOf(error)}`, {
      cause: error,
      hint: 'TMPDIR names another directory',
    });
  });
  try {
    const tree = join(place, 'tree');
    await unpack(path, tree);
    yield* readDirectory(tree);
  } finally {
    await rm(place, { recursive: true, force: true });
  }
}

async function firstBytes(path: string, count: number): Promise<Buffer> {
  await using file = await open(path);
  const { buffer, bytesRead } = await file.read(Buffer.alloc(count), 0, count, 0);
  return buffer.subarray(0, bytesRead);
}
