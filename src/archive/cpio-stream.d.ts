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

  export interface Pack extends Readable {
    entry(header: Header, callback: (error?: Error | null) => void): Writable;
    finalize(): void;
  }

  export function pack(options: { format: 'newc' }): Pack;
}
