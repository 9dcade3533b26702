/** Reads each file of an image once, and gives its bytes to everybody at the same time. */
import type { FileEntry, ImageEntry } from '../image/image-entry.ts';
import type { ImageManifest } from '../image/image-manifest.ts';
import type { Image } from '../image/image.ts';
import { inspectFile } from '../image/inspect-file.ts';
import type { FileDigest } from '../image/prepare-manifest.ts';
import type { ImageWriter } from './image-writer.ts';

/** Adds every entry to every writer, none of which is finished then. Throws what one of them throws. */
export async function copyImage(
  image: Image,
  writers: readonly ImageWriter[],
): Promise<ImageManifest> {
  const digests: FileDigest[] = [];
  for (const entry of image.entries) {
    const digest = (await copyEntry(entry, writers)) ?? digestOfLink(entry, digests);
    if (digest !== undefined) digests.push(digest);
  }
  const { manifest, entries } = image.conclude(digests);
  for (const entry of entries) await copyEntry(entry, writers);
  return manifest;
}

async function copyEntry(
  entry: ImageEntry,
  writers: readonly ImageWriter[],
): Promise<FileDigest | undefined> {
  await Promise.all(writers.map((writer) => writer.add(entry)));
  if (entry.kind !== 'file' || entry.linkTo !== undefined) return undefined;
  const digest = await copyBody(entry, writers);
  await Promise.all(writers.map((writer) => writer.end()));
  return digest;
}

function digestOfLink(entry: ImageEntry, digests: readonly FileDigest[]): FileDigest | undefined {
  if (entry.kind !== 'file') return undefined;
  const linked = digests.find(({ path }) => path === entry.linkTo);
  return linked && { ...linked, path: entry.path };
}

async function copyBody(entry: FileEntry, writers: readonly ImageWriter[]): Promise<FileDigest> {
  const parts = inspectFile(entry);
  for (;;) {
    const { value, done } = await parts.next();
    if (done === true) return value;
    try {
      await Promise.all(writers.map((writer) => writer.write(value)));
    } catch (error) {
      await parts.return(undefined as never);
      throw error;
    }
  }
}
