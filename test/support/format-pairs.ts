import {
  compressionsOf,
  imageFormats,
  type Compression,
  type ImageFormat,
} from '../../src/archive/image-format.ts';

/** Every format with every compression that it can have. */
export const formatPairs: readonly (readonly [ImageFormat, Compression])[] = imageFormats.flatMap(
  (format) => compressionsOf(format).map((compression) => [format, compression] as const),
);
