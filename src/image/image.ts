import type { FileEntry, ImageEntry } from './image-entry.ts';
import type { ImageManifest, ImageProgram } from './image-manifest.ts';
import type { FileDigest } from './prepare-manifest.ts';

/** All of an image, ready to be written: arranged, its names free of keys. Nothing was read yet. */
export interface Image {
  /** All but the manifest, in the order in which they are written. */
  readonly entries: readonly ImageEntry[];
  /** What is known when each of the files has been read once. */
  readonly conclude: (digests: readonly FileDigest[]) => Conclusion;
  /** Of every entry, in seconds since 1970. */
  readonly modificationTime: number;
  readonly programs: readonly ImageProgram[];
  /** The processor it is for, as uname(2) calls it. */
  readonly machine: string;
}

interface Conclusion {
  readonly manifest: ImageManifest;
  /** To be written after all others: the manifest, which tells of them. */
  readonly entries: readonly FileEntry[];
}
