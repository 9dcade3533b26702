/** What an image is made of: plain data, in the image's own paths (absolute, below its root). */
export type ImageEntry = DirectoryEntry | FileEntry | SymlinkEntry;

interface DirectoryEntry {
  readonly kind: 'directory';
  readonly path: string;
  readonly origin: string;
}

export interface FileEntry {
  readonly kind: 'file';
  readonly path: string;
  readonly executable: boolean;
  readonly content: Content;
  readonly origin: string;
  /** How many entries are this one file; absent where it is alone. */
  readonly linkCount?: number;
  /** The path of the earlier entry that has its bytes. */
  readonly linkTo?: string;
}

export interface SymlinkEntry {
  readonly kind: 'symlink';
  readonly path: string;
  /** Absolute until the image is arranged, then relative to the link's directory. */
  readonly target: string;
  readonly origin: string;
}

/** Where a file's bytes come from. */
export type Content =
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  | {
      readonly kind: 'host-file';
      readonly hostPath: string;
      /** How messages call it: the path in the root, or on the host. */
      readonly source: string;
      readonly size: number;
      readonly mode: number;
      /** What tells it from other files, where it may have several names. */
      readonly inode?: string;
    };

export function sizeOf(content: Content): number {
  return content.kind === 'bytes' ? content.bytes.length : content.size;
}

/** Every file is one of two modes, every directory 0755: nothing of the root's modes is kept. */
export function modeOf(entry: ImageEntry): number {
  switch (entry.kind) {
    case 'directory':
      return 0o755;
    case 'symlink':
      return 0o777;
    case 'file':
      return entry.executable ? 0o755 : 0o644;
  }
}
