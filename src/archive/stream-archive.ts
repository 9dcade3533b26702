/** Feeds an image into an archive while the archive flows into its sink; either end can fail. */
import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Content, ImageEntry } from '../image/image-entry.ts';
import type { Image } from '../image/image.ts';
import { readContent } from '../image/read-content.ts';
import { padToBlock } from './pad-to-block.ts';

/** A packer of a library: a stream of bytes, to which entries are added one at a time. */
export interface Packer extends Readable {
  finalize(): void;
}

/** Adds a header and gives what takes the file's bytes; `done` when the entry is whole. */
export type AddEntry = (
  entry: ImageEntry,
  index: number,
  done: (error?: Error | null) => void,
) => Writable;

export async function streamArchive(
  image: Image,
  archive: Packer,
  add: AddEntry,
  sink: Writable,
): Promise<void> {
  const stop = new AbortController();
  const flow = pipeline(archive, padToBlock, sink).catch((error: unknown) => {
    // Nobody takes the bytes any more, so no entry would ever be done.
    stop.abort(error);
    throw error;
  });
  const fill = fillArchive(image, archive, add, stop.signal).catch((error: unknown) => {
    archive.destroy(error as Error);
    throw error;
  });
  // Where both failed: whichever was first passed its reason on to the flow, while an entry that is cut
  // off only says that it was.
  const results = await Promise.allSettled([flow, fill]);
  for (const result of results) if (result.status === 'rejected') throw result.reason;
}

async function fillArchive(
  image: Image,
  archive: Packer,
  add: AddEntry,
  signal: AbortSignal,
): Promise<void> {
  for (const [index, entry] of image.entries.entries()) {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    // It may fail before it is awaited.
    promise.catch(() => undefined);
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    signal.throwIfAborted();
    const body = add(entry, index, (error) => {
      if (error) reject(error);
      else resolve();
    });
    body.on('error', reject);
    if (entry.kind === 'file') await fillBody(body, entry.content, promise);
    await promise;
  }
  archive.finalize();
}

async function fillBody(body: Writable, content: Content, done: Promise<void>): Promise<void> {
  for await (const part of readContent(content)) {
    if (!body.write(part)) await Promise.race([once(body, 'drain'), done]);
  }
  body.end();
}
