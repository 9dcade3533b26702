/**
 * Writes a cpio archive of the kernel's kind, newc (Documentation/driver-api/early-userspace/
 * buffer-format.rst).
 */
import { once } from 'node:events';
import type { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { pack, type Header, type Pack } from 'cpio-stream';
import { Failure } from '../failure.ts';
import { modeOf, sizeOf, type ImageEntry } from '../image/image-entry.ts';
import type { Image } from '../image/image.ts';
import { readContent } from '../image/read-content.ts';
import { padToBlock } from './pad-to-block.ts';

/** A size has eight hexadecimal digits. */
const largestFile = 0xffff_ffff;
const endMark = 'TRAILER!!!';

/** Throws a Failure for a name or size that the format cannot hold. */
export async function writeCpio(image: Image, sink: Writable): Promise<void> {
  for (const entry of image.entries) refuseUnfit(entry);
  const archive = pack({ format: 'newc' });
  const fill = fillArchive(archive, image).catch((error: unknown) => {
    archive.destroy(error as Error);
    throw error;
  });
  const results = await Promise.allSettled([fill, pipeline(archive, padToBlock, sink)]);
  for (const result of results) if (result.status === 'rejected') throw result.reason;
}

async function fillArchive(archive: Pack, image: Image): Promise<void> {
  let inode = 0;
  for (const entry of image.entries) {
    inode++;
    await addEntry(archive, entry, inode, image.modificationTime);
  }
  archive.finalize();
}

async function addEntry(
  archive: Pack,
  entry: ImageEntry,
  ino: number,
  modificationTime: number,
): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  // The package writes into the header it is given: a fresh one each time.
  const header: Header = {
    name: entry.path.slice(1),
    type: entry.kind,
    ino,
    mode: modeOf(entry),
    nlink: 1,
    mtime: new Date(modificationTime * 1000),
    ...(entry.kind === 'file' && { size: sizeOf(entry.content) }),
    ...(entry.kind === 'symlink' && { linkname: entry.target }),
  };
  const body = archive.entry(header, (error) => {
    if (error) reject(error);
    else resolve();
  });
  if (entry.kind === 'file') {
    for await (const part of readContent(entry.content)) {
      if (!body.write(part)) await once(body, 'drain');
    }
    body.end();
  }
  await promise;
}

function refuseUnfit(entry: ImageEntry): void {
  // The package counts a name in UTF-16 units and writes it as UTF-8.
  const name = entry.path.slice(1);
  // oxlint-disable-next-line no-control-regex -- ASCII is what is meant.
  if (!/^[\x01-\x7f]+$/.test(name) || name === endMark) {
    throw new Failure(`write ${entry.path}: a cpio archive takes ASCII names only`, {
      hint: 'choose --format tar or directory',
    });
  }
  if (entry.kind === 'file' && sizeOf(entry.content) > largestFile) {
    throw new Failure(`write ${entry.path}: a cpio archive takes files below 4 GiB only`, {
      hint: 'choose --format tar or directory',
    });
  }
}
