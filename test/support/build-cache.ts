/**
 * What is slow to make and the same every time (a kernel unpacked, a Debian root, its disks) is kept
 * outside the checkout, in a directory named after the hash of its recipe.
 */
import { createHash } from 'node:crypto';
import { mkdir, rename, rm, stat, utimes } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** The cache of this project, `~/.cache/shutdownramfs` unless XDG_CACHE_HOME says otherwise. */
export const cacheDirectory = join(
  // The specification has an empty value mean the default too.
  process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'),
  'shutdownramfs',
);

/**
 * The directory `make` filled for this recipe, now or earlier. A recipe is any JSON value that names
 * all the result depends on. Two makers at once both finish, and the first result stays.
 */
export async function built(
  name: string,
  recipe: unknown,
  make: (directory: string) => Promise<void>,
): Promise<string> {
  const hash = createHash('sha256').update(JSON.stringify(recipe)).digest('hex').slice(0, 16);
  const finished = join(cacheDirectory, `${name}-${hash}`);
  if (await exists(finished)) {
    await utimes(finished, new Date(), new Date());
    return finished;
  }
  const unfinished = `${finished}.part-${process.pid}`;
  await mkdir(unfinished, { recursive: true });
  try {
    await make(unfinished);
    await rename(unfinished, finished).catch(async (error: unknown) => {
      if (!(await exists(finished))) throw error;
    });
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
  return finished;
}

async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined)) !== undefined;
}
