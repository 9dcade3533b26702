import type { ImageEntry } from './image-entry.ts';
import type { ImageManifest } from './image-manifest.ts';

/** All of an image, ready to be written: arranged, inspected, its manifest among the entries. */
export interface Image {
  readonly entries: readonly ImageEntry[];
  readonly manifest: ImageManifest;
  /** Of every entry, in seconds since 1970. */
  readonly modificationTime: number;
  readonly programs: readonly ImageProgram[];
}

/** A program of the image that is started once in the finished image to prove that it starts. */
export interface ImageProgram {
  readonly path: string;
  /** Absent: only its loading is checked. */
  readonly probe: readonly string[] | undefined;
  readonly static: boolean;
}
