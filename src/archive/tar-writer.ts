/** Writes a tar archive; long names become pax headers. */
import type { Writable } from 'node:stream';
import { pack } from 'tar-stream';
import { modeOf, sizeOf } from '../image/image-entry.ts';
import type { Image } from '../image/image.ts';
import { streamArchive, type Packer } from './stream-archive.ts';

export async function writeTar(image: Image, sink: Writable): Promise<void> {
  const archive = pack();
  const mtime = new Date(image.modificationTime * 1000);
  await streamArchive(
    image,
    // Streams of streamx, which behave as Node's do but are typed apart.
    archive as unknown as Packer,
    (entry, _index, done) =>
      archive.entry(
        {
          name: entry.path.slice(1),
          type: entry.kind,
          mode: modeOf(entry),
          uid: 0,
          gid: 0,
          mtime,
          size: entry.kind === 'file' ? sizeOf(entry.content) : 0,
          ...(entry.kind === 'symlink' && { linkname: entry.target }),
        },
        done,
      ) as unknown as Writable,
    sink,
  );
}
