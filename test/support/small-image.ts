import type { ImageEntry } from '../../src/image/image-entry.ts';
import type { ImageManifest } from '../../src/image/image-manifest.ts';
import type { Image } from '../../src/image/image.ts';

/** An image of these entries and nothing else, not even a manifest, for writers. */
export function smallImage(...entries: ImageEntry[]): Image {
  return {
    entries,
    conclude: () => ({ manifest: smallManifest(), entries: [] }),
    modificationTime: 1_700_000_000,
    programs: [],
    machine: 'x86_64',
  };
}

export function smallFile(path: string, bytes: Uint8Array, executable = false): ImageEntry {
  return { kind: 'file', path, executable, content: { kind: 'bytes', bytes }, origin: 'test' };
}

/** A manifest of nothing, changed. */
export function smallManifest(changes: Partial<ImageManifest> = {}): ImageManifest {
  const executable = { path: '/usr/bin/shutdownramfs', version: '1', runtime: {}, packages: [] };
  const nothing = { features: [], programs: [], packages: [], directories: [], symlinks: [] };
  return { version: 1, executable, root: {}, files: [], ...nothing, ...changes };
}
