/** The part of cpio-stream 1.4 that is used; the package has no types of its own. */
declare module 'cpio-stream' {
  import type { Readable, Writable } from 'node:stream';

  export interface Header {
    name: string;
    type: 'file' | 'directory' | 'symlink';
    /** Counted up from 1: 0 means "choose one". */
    ino: number;
    mode: number;
    nlink: number;
    mtime: Date;
    size?: number;
    linkname?: string;
  }

  /** As it comes to the encoder: the file type in the mode; of the end mark only name and links. */
  export type EncodedHeader = Pick<Header, 'name' | 'nlink'> & Partial<Header>;

  export interface Pack extends Readable {
    /** An instance's own, which may be replaced. */
    _encode: (header: EncodedHeader) => Buffer;
    entry(header: Header, callback: (error?: Error | null) => void): Writable;
    finalize(): void;
  }

  export function pack(options: { format: 'newc' }): Pack;
}
