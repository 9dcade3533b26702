import type { ImageEntry } from './image-entry.ts';
import type { ImageManifest, ImageProgram } from './image-manifest.ts';

/** All of an image, ready to be written: arranged, inspected, its manifest among the entries. */
export interface Image {
  readonly entries: readonly ImageEntry[];
  readonly manifest: ImageManifest;
  /** Of every entry, in seconds since 1970. */
  readonly modificationTime: number;
  readonly programs: readonly ImageProgram[];
}
