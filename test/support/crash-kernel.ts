/**
 * A kernel that keeps volume keys for its crash kernel (CONFIG_CRASH_DM_CRYPT, Linux 6.16), which no Debian has. It is
 * handed to the tests beside the checkout, or by name.
 */
import { access } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Failure } from '../../src/failure.ts';

const name = 'bzImage-7.2.13-crash-dm-crypt';
const checkout = join(import.meta.dirname, '../..');

/** Throws a Failure where there is none: the test that needs it must not be passed over in silence. */
export async function crashKernel(): Promise<string> {
  const named = process.env['SHUTDOWNRAMFS_CRASH_KERNEL'];
  const places =
    named === undefined
      ? ancestors(checkout).map((directory) => join(directory, 'shared/kernels', name))
      : [named];
  for (const place of places) {
    if (await isThere(place)) return place;
  }
  throw new Failure(`find ${name}: not there`, {
    hint: `it lies in shared/kernels beside the checkout, or SHUTDOWNRAMFS_CRASH_KERNEL names it`,
  });
}

function ancestors(path: string): readonly string[] {
  const parent = dirname(path);
  return parent === path ? [] : [parent, ...ancestors(parent)];
}

async function isThere(path: string): Promise<boolean> {
  return await access(path).then(
    () => true,
    () => false,
  );
}
