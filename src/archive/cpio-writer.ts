/**
 * Writes a cpio archive of the kernel's kind, newc (Documentation/driver-api/early-userspace/
 * buffer-format.rst).
 */
import type { Writable } from 'node:stream';
import { pack } from 'cpio-stream';
import { Failure } from '../failure.ts';
import { modeOf, sizeOf, type ImageEntry } from '../image/image-entry.ts';
import type { Image } from '../image/image.ts';
import { streamArchive } from './stream-archive.ts';

/** A size has eight hexadecimal digits. */
const largestFile = 0xffff_ffff;
const endMark = 'TRAILER!!!';

/** Throws a Failure for a name or size that the format cannot hold. */
export async function writeCpio(image: Image, sink: Writable): Promise<void> {
  try {
    for (const entry of image.entries) refuseUnfit(entry);
  } catch (error) {
    sink.destroy();
    throw error;
  }
  const archive = pack({ format: 'newc' });
  const mtime = new Date(image.modificationTime * 1000);
  await streamArchive(
    image,
    archive,
    // The package writes into the header it is given: a fresh one each time.
    (entry, index, done) =>
      archive.entry(
        {
          name: entry.path.slice(1),
          type: entry.kind,
          ino: index + 1,
          mode: modeOf(entry),
          nlink: 1,
          mtime,
          ...(entry.kind === 'file' && { size: sizeOf(entry.content) }),
          ...(entry.kind === 'symlink' && { linkname: entry.target }),
        },
        done,
      ),
    sink,
  );
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
