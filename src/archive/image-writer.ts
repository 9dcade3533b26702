/** How an image becomes bytes. One entry at a time, in the order given. */
import type { Writable } from 'node:stream';
import type { Image } from '../image/image.ts';

/** A format that is one stream of bytes; `sink` is ended by the writer, and destroyed on error. */
export type ArchiveWriter = (image: Image, sink: Writable) => Promise<void>;
