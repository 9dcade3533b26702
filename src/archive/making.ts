/** How each format is made of an image: from the stream of its entries, or of its tree. */
import { createWriteStream } from 'node:fs';
import type { Writable } from 'node:stream';
import type { Image } from '../image/image.ts';
import { createArchiveWriter } from './archive-writer.ts';
import { createCompressor } from './compressor.ts';
import { packCpio } from './cpio-writer.ts';
import { makeErofs } from './erofs.ts';
import type { Packing } from './image-format.ts';
import type { ImageWriter } from './image-writer.ts';
import { createOciWriter } from './oci-writer.ts';
import { squashfsSink } from './squashfs.ts';
import { packTar } from './tar-writer.ts';
import type { Stage } from './tool.ts';

export interface Making {
  /** Absent where nothing but the tree is needed. */
  readonly writer?: ImageWriter;
  /** What is made of the whole tree, if anything. */
  readonly fromTree?: (tree: string, signal: AbortSignal) => Promise<void>;
}

/** `path` is what will be there in the end: a file, for `oci` and `directory` a directory. */
export async function startMaking(image: Image, packing: Packing, path: string): Promise<Making> {
  const { modificationTime } = image;
  switch (packing.format) {
    case 'cpio':
    case 'tar': {
      const packer = (packing.format === 'tar' ? packTar : packCpio)(modificationTime);
      const compressor = createCompressor(packing);
      const filters = compressor === undefined ? [] : [compressor];
      return { writer: createArchiveWriter(packer, filters, fileSink(path)) };
    }
    case 'oci':
      return { writer: await createOciWriter(image, packing, path) };
    case 'squashfs': {
      const sink = squashfsSink(path, packing, modificationTime);
      return { writer: createArchiveWriter(packTar(modificationTime), [], sink) };
    }
    case 'erofs':
      return {
        fromTree: async (tree, signal) =>
          await makeErofs(tree, path, packing, modificationTime, signal),
      };
    case 'directory':
      return {};
  }
}

function fileSink(path: string): Stage<Writable> {
  return { stream: createWriteStream(path, { flags: 'wx', mode: 0o600 }) };
}
