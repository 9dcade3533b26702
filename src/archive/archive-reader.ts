/**
 * Reads archives as the kernel reads an initramfs: one after the other, each compressed or not, with
 * zeros between (Documentation/driver-api/early-userspace/buffer-format.rst). A tar archive is alone.
 */
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createByteSource } from './byte-source.ts';
import { compressionOf, createDecompressor } from './compressor.ts';
import { readCpio } from './cpio-reader.ts';
import type { Compression } from './image-format.ts';
import type { ReadEntry } from './read-entry.ts';
import { readTar } from './tar-reader.ts';

/** Thrown for bytes that are no archive at all. */
export class NoArchive extends Error {}

export async function* readArchive(
  stream: AsyncIterable<Buffer>,
): AsyncGenerator<ReadEntry, void, undefined> {
  const source = createByteSource(stream);
  for (let count = 0; ; count++) {
    if (count > 0) await source.skipZeros();
    const start = await source.peek(512);
    if (count > 0 && start.length === 0) return;
    const compression = compressionOf(start);
    if (compression !== 'none') {
      yield* readArchive(decompress(compression, source.rest()));
      return;
    }
    if (count === 0 && start.toString('latin1', 257, 262) === 'ustar') {
      yield* readTar(Readable.from(source.rest()));
      return;
    }
    if (start.toString('latin1', 0, 6) !== '070701') {
      throw count === 0 ? new NoArchive() : new Error('something follows its end');
    }
    // Elsewhere the kernel takes it for rubbish.
    if (source.position % 4 !== 0) throw new Error('an archive in it begins at an odd place');
    yield* readCpio(source);
  }
}

async function* decompress(
  compression: Compression,
  packed: AsyncIterable<Buffer>,
): AsyncGenerator<Buffer, void, undefined> {
  const decompressor = createDecompressor(compression);
  if (decompressor === undefined) return;
  const { stream, dispose } = decompressor;
  const flow = pipeline(packed, stream);
  // The reader of the stream gets it too.
  flow.catch(() => undefined);
  try {
    yield* stream as AsyncIterable<Buffer>;
  } finally {
    stream.destroy();
    await dispose?.();
    await flow.catch(() => undefined);
  }
}
