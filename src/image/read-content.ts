import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { Failure, reasonOf } from '../failure.ts';
import type { Content } from './image-entry.ts';

const largestPart = 1 << 20;

/**
 * A file's bytes in parts. Throws a Failure when it cannot be read, changes meanwhile, or has not the
 * size that was collected, since an archive announces sizes before it holds the bytes.
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
    const size = yield* partsOf(file, before.size);
    if (size !== content.size) {
      throw new Failure(`it changed from ${content.size} to ${size} bytes`);
    }
    if ((await file.stat()).ctimeMs !== before.ctimeMs) {
      throw new Failure('it changed while the image was built');
    }
  } catch (error) {
    throw new Failure(`read ${content.source}: ${reasonOf(error)}`, {
      cause: error,
      ...(error instanceof Failure && { hint: 'build again when nothing writes to the root' }),
    });
  }
}

/**
 * Each in memory of its own, since it may be kept while the next one is read, and no larger than what
 * is expected: an image can have thousands of small files. Gives their sum.
 */
async function* partsOf(
  file: FileHandle,
  expected: number,
): AsyncGenerator<Buffer, number, undefined> {
  let size = 0;
  for (;;) {
    // One byte more than there should be shows a file that has grown.
    const room = Math.min(largestPart, Math.max(0, expected - size) + 1);
    const { bytesRead, buffer } = await file.read(Buffer.allocUnsafeSlow(room));
    if (bytesRead === 0) return size;
    size += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
}
