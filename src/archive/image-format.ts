/** What can be written, by the names that the command line and configuration use. */
import { Failure } from '../failure.ts';

export const imageFormats = ['cpio', 'tar', 'oci', 'squashfs', 'erofs', 'directory'] as const;

export type ImageFormat = (typeof imageFormats)[number];

export const compressions = ['zstd', 'gzip', 'xz', 'lz4', 'none'] as const;

export type Compression = (typeof compressions)[number];

/** How an image is written; every choice made. */
export interface Packing {
  readonly format: ImageFormat;
  readonly compression: Compression;
  /** From fast to small; absent where the compression has none. */
  readonly level?: number;
}

/** The compressor's own. */
interface Levels {
  readonly least: number;
  readonly most: number;
  readonly usual: number;
}

type Offer = ReadonlyMap<Compression, Levels | undefined>;

const zstd: Levels = { least: 1, most: 19, usual: 3 };
const gzip: Levels = { least: 1, most: 9, usual: 6 };

/** The first one is what a format usually has. */
const archive: Offer = new Map([
  ['zstd', zstd],
  ['gzip', gzip],
  ['xz', { least: 0, most: 9, usual: 6 }],
  ['lz4', { least: 1, most: 12, usual: 1 }],
  ['none', undefined],
]);

const offers: Readonly<Record<ImageFormat, Offer>> = {
  cpio: archive,
  tar: archive,
  // What the specification of OCI images has media types for.
  oci: new Map([
    ['zstd', zstd],
    ['gzip', gzip],
    ['none', undefined],
  ]),
  // mksquashfs(1): of xz and lz4 it takes no level.
  squashfs: new Map([
    ['zstd', { least: 1, most: 22, usual: 15 }],
    ['gzip', { least: 1, most: 9, usual: 9 }],
    ['xz', undefined],
    ['lz4', undefined],
    ['none', undefined],
  ]),
  // mkfs.erofs(1) of lz4hc; the others need newer tools and kernels.
  erofs: new Map([
    ['lz4', { least: 1, most: 12, usual: 9 }],
    ['none', undefined],
  ]),
  directory: new Map([['none', undefined]]),
};

/** The usual one first. */
export function compressionsOf(format: ImageFormat): readonly Compression[] {
  return [...offers[format].keys()];
}

/** Fills in what is usual. Throws a Failure for a compression or level that there is not. */
export function choosePacking(wanted: {
  readonly format: ImageFormat;
  readonly compression?: Compression | undefined;
  readonly level?: number | undefined;
}): Packing {
  const { format } = wanted;
  const offered = compressionsOf(format);
  const compression = wanted.compression ?? offered[0] ?? 'none';
  if (!offered.includes(compression)) {
    throw new Failure(`compress ${format} with ${compression}: it has no such compression`, {
      hint: `choose ${offered.join(', ')}`,
    });
  }
  const levels = offers[format].get(compression);
  if (levels === undefined) {
    if (wanted.level === undefined) return { format, compression };
    throw new Failure(`compress ${format} with ${compression}: it has no levels`, {
      hint: 'leave --level out',
    });
  }
  const { least, most, usual } = levels;
  const level = wanted.level ?? usual;
  if (Number.isInteger(level) && level >= least && level <= most) {
    return { format, compression, level };
  }
  throw new Failure(`compress ${format} with ${compression}: there is no level ${level}`, {
    hint: `choose ${least} to ${most}`,
  });
}
