/** Writes an image as one stream of bytes, with a packer of a library at its source. */
import { once } from 'node:events';
import { PassThrough, type Readable, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ImageEntry } from '../image/image-entry.ts';
import type { ImageWriter } from './image-writer.ts';
import { padToBlock } from './pad-to-block.ts';
import type { Stage } from './tool.ts';

/** Headers and bodies in, a stream of bytes out; entries are added one at a time. */
export interface Packer {
  readonly stream: Readable;
  /** Adds a header and gives what takes the file's bytes; `done` when the entry is whole. */
  add(entry: ImageEntry, done: (error?: Error | null) => void): Writable;
  finalize(): void;
}

/**
 * The packer may be this far ahead of compression, in bytes. What else is made of the image, and
 * needs the processor too, is so done while the compression still has work.
 */
const lead = 64 << 20;

/** The bytes go through `filters` into `sink`, whole blocks of them. */
export function createArchiveWriter(
  packer: Packer,
  filters: readonly Stage[],
  sink: Stage<Writable>,
): ImageWriter {
  const buffer = new PassThrough({ writableHighWaterMark: 1 << 20, readableHighWaterMark: lead });
  const stop = new AbortController();
  const signal = stop.signal;
  const through = [padToBlock, buffer, ...filters.map(({ stream }) => stream)];
  const flow = pipeline([packer.stream, ...through, sink.stream], { signal });
  // Whoever waits for an entry learns of it.
  flow.catch(() => undefined);

  /** The error of the flow, if it had one or was not at its end. */
  async function breakOff(): Promise<unknown> {
    stop.abort();
    // A tool's stream ends with the tool, so that is ended first.
    await Promise.all([...filters, sink].map(async ({ dispose }) => await dispose?.()));
    return await flow.catch((error: unknown) => error);
  }

  async function settle(work: Promise<unknown>): Promise<void> {
    try {
      await Promise.race([work, flow]);
    } catch (error) {
      // An entry that is cut off only says so; what broke the flow before is the reason.
      const reason = await breakOff();
      throw isAbort(reason) ? error : reason;
    }
  }

  let body: Writable | undefined;
  let whole = Promise.resolve();
  return {
    async add(entry) {
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      promise.catch(() => undefined);
      whole = promise;
      body = packer.add(entry, (error) => {
        if (error) reject(error);
        else resolve();
      });
      body.on('error', reject);
      if (entry.kind !== 'file') await settle(whole);
      else if (entry.linkTo !== undefined) {
        body.end();
        await settle(whole);
      }
    },
    async write(part) {
      if (body?.write(part) === false) await settle(Promise.race([once(body, 'drain'), whole]));
    },
    async end() {
      body?.end();
      await settle(whole);
    },
    async finish() {
      packer.finalize();
      await flow;
    },
    async abandon() {
      await breakOff();
    },
  };
}

function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError';
}
