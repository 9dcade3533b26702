/** Reads what `build` writes, in any format and compression, told by its first bytes. */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { Failure, reasonOf } from '../failure.ts';
import { compressionOf, createDecompressor } from './compressor.ts';
import { readCpio } from './cpio-reader.ts';
import { readDirectory } from './directory-reader.ts';
import type { ReadEntry } from './read-entry.ts';
import { readTar } from './tar-reader.ts';

/** zlib's codes tell nobody much; Z_BUF_ERROR is its word for a missing end. */
function damageOf(error: unknown): string {
  const reason = reasonOf(error);
  if (reason === 'Z_BUF_ERROR') return 'it is cut off';
  return /^(?:Z_|ZSTD_)/.test(reason) ? `it cannot be decompressed, ${reason}` : reason;
}

/** Throws a Failure for what is no image, and where one is cut off. */
export async function* readImage(path: string): AsyncGenerator<ReadEntry, void, undefined> {
  try {
    const stats = await stat(path);
    const entries = stats.isDirectory() ? readDirectory(path) : await readArchive(path);
    for await (const entry of entries) {
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
  return new Failure(`read image ${place}: ${damageOf(error)}`);
}

async function readArchive(path: string): Promise<AsyncIterable<ReadEntry>> {
  const compression = compressionOf(await firstBytes(createReadStream(path, { end: 511 }), 4));
  const source = () => {
    const file = createReadStream(path, { highWaterMark: 1 << 18 });
    const plain = createDecompressor(compression);
    file.once('error', (error) => plain.destroy(error));
    plain.once('close', () => file.destroy());
    return file.pipe(plain);
  };
  const start = await firstBytes(source(), 512);
  if (start.toString('latin1', 0, 6) === '070701') return readCpio(source());
  if (start.toString('latin1', 257, 262) === 'ustar') return readTar(source());
  throw new Failure(`read image ${path}: it is no cpio archive, tar archive or directory`);
}

async function firstBytes(source: Readable, count: number): Promise<Buffer> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of source as AsyncIterable<Buffer>) {
    parts.push(part);
    size += part.length;
    if (size >= count) break;
  }
  source.destroy();
  return Buffer.concat(parts);
}
