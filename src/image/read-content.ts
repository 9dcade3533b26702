import { constants, createReadStream } from 'node:fs';
import { Failure, reasonOf } from '../failure.ts';
import type { Content } from './image-entry.ts';

/**
 * A file's bytes in parts. Throws a Failure when it cannot be read or has changed its size since it
 * was collected, because an archive announces sizes before it holds the bytes.
 */
export async function* readContent(content: Content): AsyncGenerator<Buffer, void, undefined> {
  if (content.kind === 'bytes') {
    yield Buffer.from(content.bytes.buffer, content.bytes.byteOffset, content.bytes.length);
    return;
  }
  let size = 0;
  try {
    const flags = constants.O_RDONLY | constants.O_NOFOLLOW;
    const stream = createReadStream(content.hostPath, {
      // @types/node knows only the letters; fs.open takes both.
      flags: flags as unknown as string,
      highWaterMark: 1 << 20,
    });
    for await (const part of stream as AsyncIterable<Buffer>) {
      size += part.length;
      yield part;
    }
  } catch (error) {
    throw new Failure(`read ${content.source}: ${reasonOf(error)}`, { cause: error });
  }
  if (size !== content.size) {
    throw new Failure(`read ${content.source}: it changed from ${content.size} to ${size} bytes`);
  }
}
