/** Compression of an archive, and its recognition. One thread: zstd's workers break Node's stream. */
import type { Duplex } from 'node:stream';
import {
  constants,
  createGunzip,
  createGzip,
  createZstdCompress,
  createZstdDecompress,
} from 'node:zlib';
import type { Compression, Packing } from './image-format.ts';
import { filterThrough, type Stage } from './tool.ts';

const chunkSize = 1 << 18;

/** Undefined where there is nothing to do. */
export function createCompressor({ compression, level = 0 }: Packing): Stage | undefined {
  switch (compression) {
    case 'zstd':
      return { stream: compressZstd(level) };
    case 'gzip':
      return { stream: createGzip({ level, chunkSize }) };
    // The kernel knows no other check than CRC32 (Documentation/staging/xz.rst). Two threads give
    // other bytes than one, but the same as any other number.
    case 'xz':
      return filterThrough('xz', `-${level}`, '--check=crc32', '--threads=2', '--stdout');
    // The kernel reads the legacy frame only (lib/decompress_unlz4.c).
    case 'lz4':
      return filterThrough('lz4', '-q', `-${level}`, '-l', '-c');
    case 'none':
      return undefined;
  }
}

export function compressZstd(level: number): Duplex {
  const params = { [constants.ZSTD_c_compressionLevel]: level, [constants.ZSTD_c_checksumFlag]: 1 };
  return createZstdCompress({ params, chunkSize });
}

/** By a file's first bytes; the name is of what they say it is compressed with. */
const magics: readonly (readonly [string, Compression])[] = [
  ['28b52ffd', 'zstd'],
  ['1f8b', 'gzip'],
  ['fd377a585a00', 'xz'],
  ['02214c18', 'lz4'],
  ['04224d18', 'lz4'],
];

export function compressionOf(start: Uint8Array): Compression {
  const bytes = Buffer.from(start).toString('hex', 0, 6);
  return magics.find(([magic]) => bytes.startsWith(magic))?.[1] ?? 'none';
}

/** Undefined where there is nothing to do. */
export function createDecompressor(compression: Compression): Stage | undefined {
  switch (compression) {
    case 'zstd':
      return { stream: createZstdDecompress() };
    case 'gzip':
      return { stream: createGunzip() };
    case 'xz':
      return filterThrough('xz', '--decompress', '--stdout');
    case 'lz4':
      return filterThrough('lz4', '-q', '--decompress', '-c');
    case 'none':
      return undefined;
  }
}
