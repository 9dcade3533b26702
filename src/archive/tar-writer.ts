/** Packs a tar archive; long names become pax headers. */
import type { Readable, Writable } from 'node:stream';
import { pack } from 'tar-stream';
import { modeOf, sizeOf, type FileEntry, type ImageEntry } from '../image/image-entry.ts';
import type { Packer } from './archive-writer.ts';

/** `modificationTime` in seconds since 1970. */
export function packTar(modificationTime: number): Packer {
  const archive = pack();
  const mtime = new Date(modificationTime * 1000);
  return {
    // Streams of streamx, which behave as Node's do but are typed apart.
    stream: archive as unknown as Readable,
    add: (entry, done) =>
      archive.entry(
        {
          name: entry.path.slice(1),
          type: isLink(entry) ? 'link' : entry.kind,
          mode: modeOf(entry),
          uid: 0,
          gid: 0,
          mtime,
          size: entry.kind === 'file' && !isLink(entry) ? sizeOf(entry.content) : 0,
          ...(entry.kind === 'symlink' && { linkname: entry.target }),
          ...(isLink(entry) && { linkname: entry.linkTo.slice(1) }),
        },
        done,
      ) as unknown as Writable,
    finalize: () => archive.finalize(),
  };
}

function isLink(entry: ImageEntry): entry is FileEntry & { readonly linkTo: string } {
  return entry.kind === 'file' && entry.linkTo !== undefined;
}
