import { constants, type Stats } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { Failure, reasonOf } from '../failure.ts';
import type { Content } from './image-entry.ts';

type HostFile = Extract<Content, { readonly kind: 'host-file' }>;

/** As each file was when it was first read: later readings must give the same bytes. */
const firstSeen = new WeakMap<HostFile, Stats>();

/**
 * A file's bytes in parts. Throws a Failure when it cannot be read, or when it is not, from the first
 * time it is read to the end of the last, the same file of the size that was collected: an archive
 * announces sizes before it holds the bytes, and the manifest tells of other readings than the archive's.
 */
export async function* readContent(content: Content): AsyncGenerator<Buffer, void, undefined> {
  if (content.kind === 'bytes') {
    yield Buffer.from(content.bytes.buffer, content.bytes.byteOffset, content.bytes.length);
    return;
  }
  try {
    const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
    await using file = await open(content.hostPath, flags);
    const before = await file.stat();
    if (!before.isFile()) throw new Failure('it is no regular file any more');
    const first = firstSeen.get(content) ?? before;
    firstSeen.set(content, first);
    const size = yield* partsOf(file);
    if (size !== content.size) {
      throw new Failure(`it changed from ${content.size} to ${size} bytes`);
    }
    if ([before, await file.stat()].some((stats) => !isSame(stats, first))) {
      throw new Failure('it changed while the image was built');
    }
  } catch (error) {
    throw new Failure(`read ${content.source}: ${reasonOf(error)}`, {
      cause: error,
      ...(error instanceof Failure && { hint: 'build again when nothing writes to the root' }),
    });
  }
}

async function* partsOf(file: FileHandle): AsyncGenerator<Buffer, number, undefined> {
  let size = 0;
  const stream = file.createReadStream({ autoClose: false, highWaterMark: 1 << 20 });
  for await (const part of stream as AsyncIterable<Buffer>) {
    size += part.length;
    yield part;
  }
  return size;
}

/** No user can set the time of the last change of status (inode(7), st_ctime). */
function isSame(one: Stats, other: Stats): boolean {
  return one.dev === other.dev && one.ino === other.ino && one.ctimeMs === other.ctimeMs;
}
