/** Writes a tar archive; long names become pax headers. */
import { once } from 'node:events';
import type { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { pack, type Pack } from 'tar-stream';
import { modeOf, sizeOf, type ImageEntry } from '../image/image-entry.ts';
import type { Image } from '../image/image.ts';
import { readContent } from '../image/read-content.ts';

export async function writeTar(image: Image, sink: Writable): Promise<void> {
  const archive = pack();
  const fill = fillArchive(archive, image).catch((error: unknown) => {
    archive.destroy(error as Error);
    throw error;
  });
  const results = await Promise.allSettled([fill, pipeline(archive, sink)]);
  for (const result of results) if (result.status === 'rejected') throw result.reason;
}

async function fillArchive(archive: Pack, image: Image): Promise<void> {
  for (const entry of image.entries) await addEntry(archive, entry, image.modificationTime);
  archive.finalize();
}

async function addEntry(archive: Pack, entry: ImageEntry, modificationTime: number): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const header: Parameters<Pack['entry']>[0] = {
    name: entry.path.slice(1),
    type: entry.kind,
    mode: modeOf(entry),
    uid: 0,
    gid: 0,
    mtime: new Date(modificationTime * 1000),
    size: entry.kind === 'file' ? sizeOf(entry.content) : 0,
    ...(entry.kind === 'symlink' && { linkname: entry.target }),
  };
  const body = archive.entry(header, (error) => {
    if (error) reject(error);
    else resolve();
  });
  if (entry.kind === 'file') {
    for await (const part of readContent(entry.content)) {
      if (!body.write(part)) {
        await once(body, 'drain');
      }
    }
    body.end(undefined);
  }
  await promise;
}
