/** erofs, by the tools of erofs-utils, of which those before 1.7 take nothing but a tree. */
import { mkdir } from 'node:fs/promises';
import type { Packing } from './image-format.ts';
import { runTool } from './tool.ts';

const noUuid = '00000000-0000-0000-0000-000000000000';

/** The same tree gives the same bytes, see mkfs.erofs(1). */
export async function makeErofs(
  tree: string,
  path: string,
  { level }: Packing,
  modificationTime: number,
  signal: AbortSignal,
): Promise<void> {
  const words = ['--all-root', '--quiet', '-x-1', `-T${modificationTime}`, `-U${noUuid}`];
  if (level !== undefined) words.push(`-zlz4hc,${level}`);
  await runTool('mkfs.erofs', [...words, path, tree], signal);
}

/** `directory` must not exist. */
export async function unpackErofs(image: string, directory: string): Promise<void> {
  await mkdir(directory);
  const words = [`--extract=${directory}`, '--preserve-perms', '--no-preserve-owner'];
  await runTool('fsck.erofs', [...words, image]);
}
