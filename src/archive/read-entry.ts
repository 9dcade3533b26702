/** One entry of an image as it is read back, whatever the format. */
export interface ReadEntry {
  readonly kind: 'directory' | 'file' | 'symlink' | 'link' | 'other';
  /** Without a slash at the start, as archives keep it. */
  readonly path: string;
  /** Permission bits. */
  readonly mode: number;
  /** Bytes of content; 0 for all but files. */
  readonly size: number;
  /** Of a symlink; of a hard link the path of the entry that has the bytes, which came before. */
  readonly target: string | undefined;
  /** Content is read as the entries go by: what is not read before the next entry is lost. */
  readonly content: AsyncIterable<Uint8Array>;
}
