/**
 * What is slow to make and the same every time (a kernel unpacked, a Debian root, its disks) is kept
 * outside the checkout, in a directory named after the hash of its recipe.
 */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, rename, rm, stat, utimes } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';

/** The cache of this project, `~/.cache/shutdownramfs` unless XDG_CACHE_HOME says otherwise. */
export const cacheDirectory = join(
  // The specification has an empty value mean the default too.
  process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'),
  'shutdownramfs',
);

/**
 * The directory `make` filled for this recipe, now or earlier. A recipe is any JSON value that names
 * all the result depends on. Of two who want the same at once, one makes it and the other waits.
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
  await mkdir(cacheDirectory, { recursive: true });
  await using _ = await lockFile(`${finished}.lock`);
  if (await exists(finished)) return finished;
  const unfinished = `${finished}.part-${process.pid}`;
  await mkdir(unfinished, { recursive: true });
  try {
    await make(unfinished);
    await rename(unfinished, finished);
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
  return finished;
}

/** flock(1) holds the lock until its standard input ends, which it does with this process too. */
async function lockFile(path: string): Promise<AsyncDisposable> {
  const holder = execa('flock', [path, 'sh', '-c', 'echo locked; exec cat'], { buffer: false });
  const locked = once(holder.stdout, 'data');
  await Promise.race([locked, holder]);
  return {
    [Symbol.asyncDispose]: async () => {
      holder.stdin.end();
      await holder;
    },
  };
}

async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined)) !== undefined;
}
