/** A directory that goes when its owner does. */
import { mkdtempDisposable } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface ScratchDirectory extends AsyncDisposable {
  readonly path: string;
}

/** In `parent`, else where temporary files belong. */
export async function scratchDirectory(parent = tmpdir()): Promise<ScratchDirectory> {
  return await mkdtempDisposable(join(parent, 'shutdownramfs-test-'));
}
