/** Files that travel inside the executable; run from a checkout, they are read from it. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import sea from 'node:sea';
import { Failure, reasonOf } from '../failure.ts';

/** Keys below a directory such as `initramfs-skel`, sorted: `initramfs-skel/etc/initrd-release`. */
export function listAssets(directory: string): string[] {
  if (sea.isSea()) {
    return sea
      .getAssetKeys()
      .filter((key) => key.startsWith(`${directory}/`))
      .toSorted();
  }
  return readdirSync(join(checkout(), directory), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(checkout(), join(entry.parentPath, entry.name)))
    .toSorted();
}

/** The bytes of an asset. Throws a Failure for a key there is none of. */
export function readAsset(key: string): Buffer {
  try {
    // getRawAsset shares the executable's own memory, which must not be written to: hence a copy.
    return sea.isSea() ? Buffer.from(sea.getAsset(key)) : readFileSync(join(checkout(), key));
  } catch (error) {
    throw new Failure(`read asset ${key}: ${reasonOf(error)}`, { cause: error });
  }
}

function checkout(): string {
  return join(import.meta.dirname, '../..');
}
