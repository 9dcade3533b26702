/**
 * Packs a cpio archive of the kernel's kind, newc (Documentation/driver-api/early-userspace/
 * buffer-format.rst).
 */
import { pack, type EncodedHeader } from 'cpio-stream';
import { Failure } from '../failure.ts';
import { modeOf, sizeOf, type ImageEntry } from '../image/image-entry.ts';
import type { Packer } from './archive-writer.ts';

/** A size has eight hexadecimal digits. */
const largestFile = 0xffff_ffff;
const endMark = 'TRAILER!!!';

/** `modificationTime` in seconds since 1970. Adding throws a Failure for what the format cannot hold. */
export function packCpio(modificationTime: number): Packer {
  const archive = pack({ format: 'newc' });
  // The package's own counts a name in UTF-16 units and writes it as UTF-8.
  archive._encode = encodeHeader;
  const mtime = new Date(modificationTime * 1000);
  let count = 0;
  const inos = new Map<string, number>();
  return {
    stream: archive,
    add(entry, done) {
      refuseUnfit(entry);
      const isFile = entry.kind === 'file';
      const isLink = isFile && entry.linkTo !== undefined;
      const ino = (isLink && inos.get(entry.linkTo)) || ++count;
      if (isFile && entry.linkCount !== undefined) inos.set(entry.path, ino);
      // The package writes into the header it is given: a fresh one each time.
      return archive.entry(
        {
          name: entry.path.slice(1),
          type: entry.kind,
          ino,
          mode: modeOf(entry),
          nlink: (isFile && entry.linkCount) || 1,
          mtime,
          // The first name has the bytes; the kernel adds the others to it (init/initramfs.c, maybe_link).
          ...(isFile && { size: isLink ? 0 : sizeOf(entry.content) }),
          ...(entry.kind === 'symlink' && { linkname: entry.target }),
        },
        done,
      );
    },
    finalize: () => archive.finalize(),
  };
}

/** The kernel takes any bytes for a name, and so does this; owner and device are always 0. */
function encodeHeader(header: EncodedHeader): Buffer {
  const name = Buffer.from(`${header.name}\0`);
  const fields = [
    header.ino ?? 0,
    header.mode ?? 0,
    0,
    0,
    header.nlink,
    Math.floor((header.mtime?.getTime() ?? 0) / 1000),
    header.size ?? 0,
    0,
    0,
    0,
    0,
    name.length,
    0,
  ];
  const digits = fields.map((field) => field.toString(16).toUpperCase().padStart(8, '0'));
  const start = Buffer.from(`070701${digits.join('')}`);
  return Buffer.concat([start, name, Buffer.alloc(-(start.length + name.length) & 3)]);
}

function refuseUnfit(entry: ImageEntry): void {
  if (entry.path.slice(1) === endMark) {
    throw new Failure(`write ${entry.path}: this name ends a cpio archive`, {
      hint: 'choose --format tar or directory',
    });
  }
  if (entry.kind === 'file' && sizeOf(entry.content) > largestFile) {
    throw new Failure(`write ${entry.path}: a cpio archive takes files below 4 GiB only`, {
      hint: 'choose --format tar or directory',
    });
  }
}
