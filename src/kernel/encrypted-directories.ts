/** Directories that a file system encrypts by itself (fscrypt), found by looking. Reads disks, and may wait for them. */
import { readdirSync } from 'node:fs';
import { isKeyHeld, keyOfDirectory } from './encryption-policy.ts';

export interface EncryptedDirectory {
  readonly path: string;
  /** As `keyOfDirectory`; the kernel holds it. */
  readonly key: string;
}

/** File systems of the kernel with fscrypt on disks of this machine. */
export const encryptingFileSystems: ReadonlySet<string> = new Set(['ext4', 'f2fs', 'ubifs']);
const mostDirectories = 1000;
const deepest = 3;

/** Nothing lists them: the upper directories of a file system are looked at, and one is named for each key. */
export function findEncryptedDirectories(target: string): readonly EncryptedDirectory[] {
  const found = new Map<string, EncryptedDirectory>();
  let level: readonly string[] = [target];
  let looked = 0;
  for (let depth = 0; depth <= deepest && looked < mostDirectories; depth += 1) {
    const below: string[] = [];
    for (const path of level.slice(0, mostDirectories - looked)) {
      looked += 1;
      const key = keyOfDirectory(path);
      if (key === undefined) below.push(...directoriesIn(path));
      else if (!found.has(key) && isKeyHeld(path, key)) found.set(key, { path, key });
    }
    level = below;
  }
  return [...found.values()];
}

function directoriesIn(path: string): readonly string[] {
  try {
    return readdirSync(path, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => `${path === '/' ? '' : path}/${name}`);
  } catch {
    return [];
  }
}
