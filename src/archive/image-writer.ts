/** How an image becomes bytes. One entry at a time, in the order given, each file's bytes in parts. */
import type { ImageEntry } from '../image/image-entry.ts';

export interface ImageWriter {
  /** Settles when the next entry may come, for a file when its body may. */
  add(entry: ImageEntry): Promise<void>;
  /** Of the file added last. Waits for whoever takes the bytes. */
  write(part: Buffer): Promise<void>;
  /** The file added last is whole. */
  end(): Promise<void>;
  /** All entries were added. Settles when all is written. */
  finish(): Promise<void>;
  /** Gives up, and lets go of everything that is open. Does not throw. */
  abandon(): Promise<void>;
}
