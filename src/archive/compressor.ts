/** Compression of an archive, and its recognition. One thread: zstd's workers break Node's stream. */
import { PassThrough, type Duplex } from 'node:stream';
import {
  constants,
  createGunzip,
  createGzip,
  createZstdCompress,
  createZstdDecompress,
} from 'node:zlib';
import { Failure } from '../failure.ts';
import type { Compression } from './image-format.ts';

/** Levels are the tools' own, from fast to small. */
const levels = {
  zstd: { least: 1, most: 19, usual: 3 },
  gzip: { least: 1, most: 9, usual: 6 },
} as const;

/** Throws a Failure for a level the compression does not have. */
export function createCompressor(compression: Compression, level?: number): Duplex {
  if (compression === 'none') return new PassThrough();
  const { least, most, usual } = levels[compression];
  const chosen = level ?? usual;
  if (!Number.isInteger(chosen) || chosen < least || chosen > most) {
    throw new Failure(`compress with ${compression}: there is no level ${chosen}`, {
      hint: `choose ${least} to ${most}`,
    });
  }
  const chunkSize = 1 << 18;
  if (compression === 'gzip') return createGzip({ level: chosen, chunkSize });
  const params = {
    [constants.ZSTD_c_compressionLevel]: chosen,
    [constants.ZSTD_c_checksumFlag]: 1,
  };
  return createZstdCompress({ params, chunkSize });
}

/** What a file's first bytes say it is compressed with. */
export function compressionOf(start: Uint8Array): Compression {
  const magic = Buffer.from(start).toString('hex', 0, 4);
  if (magic === '28b52ffd') return 'zstd';
  return magic.startsWith('1f8b') ? 'gzip' : 'none';
}

export function createDecompressor(compression: Compression): Duplex {
  switch (compression) {
    case 'zstd':
      return createZstdDecompress();
    case 'gzip':
      return createGunzip();
    case 'none':
      return new PassThrough();
  }
}
