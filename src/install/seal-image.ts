/** Notes beside an image's tree what the hook checks at boot: checksums, and the memory it takes. */
import { createHash } from 'node:crypto';
import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readDirectory } from '../archive/directory-reader.ts';

const pageSize = 4096;

export interface Seal {
  /** Hexadecimal, of all files' checksums and all symlinks: equal when the images are. */
  readonly digest: string;
  /** Memory that the tree takes in a tmpfs, in KiB. */
  readonly kib: number;
}

/**
 * Writes `sha256sums` and `size` into `directory`, whose `tree` is the image, and takes from the
 * tree's `shutdown` the right to be executed, which the hook gives back last.
 */
export async function sealImage(directory: string): Promise<Seal> {
  const tree = join(directory, 'tree');
  await chmod(join(tree, 'shutdown'), 0o644);
  let bytes = 0;
  let sums = '';
  let links = '';
  for await (const { kind, path, size, target, content } of readDirectory(tree)) {
    // An inode and what a last page is not full of cost at most this.
    bytes += pageSize + size;
    if (kind === 'symlink') links += `${path} -> ${target}\n`;
    if (kind === 'file') sums += `${await sha256(content)}  ./${path}\n`;
  }
  const kib = Math.ceil(bytes / 1024);
  await writeFile(join(directory, 'sha256sums'), sums);
  await writeFile(join(directory, 'size'), `${kib}\n`);
  return {
    digest: createHash('sha256')
      .update(sums + links)
      .digest('hex'),
    kib,
  };
}

async function sha256(content: AsyncIterable<Uint8Array>): Promise<string> {
  const hash = createHash('sha256');
  for await (const part of content) hash.update(part);
  return hash.digest('hex');
}
