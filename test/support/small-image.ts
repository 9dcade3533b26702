import type { ImageEntry } from '../../src/image/image-entry.ts';
import type { Image } from '../../src/image/image.ts';

/** An image of these entries and nothing else, for writers. */
export function smallImage(...entries: ImageEntry[]): Image {
  return {
    entries,
    manifest: { version: 1, features: [], files: [], symlinks: [] },
    modificationTime: 1_700_000_000,
    programs: [],
  };
}

export function smallFile(path: string, bytes: Uint8Array, executable = false): ImageEntry {
  return { kind: 'file', path, executable, content: { kind: 'bytes', bytes }, origin: 'test' };
}
