/** What each file of an image costs, unpacked and packed, and what brought it in. */
import { compressZstd } from '../archive/compressor.ts';
import { choosePacking } from '../archive/image-format.ts';
import { readImage } from '../archive/read-image.ts';
import { manifestPath, type ManifestFile } from '../image/image-manifest.ts';
import { parseManifest } from '../image/parse-manifest.ts';

export interface FileSize {
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  /** Bytes, when it is compressed alone as `build` does unless told otherwise. */
  readonly packed: number;
  /** The first that brought it in; `unknown` where no manifest tells. */
  readonly part: string;
  /** Absent where no package of the root owns it. */
  readonly package?: string;
}

/** All regular files, the largest packed first. Throws a Failure for what is no image. */
export async function readSizes(image: string): Promise<readonly FileSize[]> {
  const sizes: { path: string; size: number; packed: number }[] = [];
  let manifest = '';
  const { level = 0 } = choosePacking({ format: 'cpio', compression: 'zstd' });
  for await (const entry of readImage(image)) {
    if (entry.kind !== 'file') continue;
    const path = `/${entry.path}`;
    let packed = 0;
    const compressor = compressZstd(level);
    compressor.on('data', (part: Buffer) => (packed += part.length));
    const text: Uint8Array[] = [];
    for await (const part of entry.content) {
      if (path === manifestPath) text.push(part);
      if (!compressor.write(part))
        await new Promise((resolve) => compressor.once('drain', resolve));
    }
    await new Promise((resolve) => compressor.once('end', resolve).end());
    if (path === manifestPath) manifest = Buffer.concat(text).toString();
    sizes.push({ path, size: entry.size, packed });
  }
  const known = new Map(filesOf(manifest).map((file) => [file.path, file]));
  return sizes
    .map((one) => ({ ...one, ...originOf(known.get(one.path), one.path) }))
    .toSorted((one, other) => other.packed - one.packed || (one.path < other.path ? -1 : 1));
}

/** Images that are held compressed keep their manifest inside. */
function filesOf(manifest: string): readonly ManifestFile[] {
  return manifest === '' ? [] : parseManifest(manifest).files;
}

function originOf(file: ManifestFile | undefined, path: string) {
  // The manifest tells of all files but itself.
  const part = file?.parts[0] ?? (path === manifestPath ? 'skeleton' : 'unknown');
  return { part, ...(file?.package !== undefined && { package: file.package.name }) };
}
