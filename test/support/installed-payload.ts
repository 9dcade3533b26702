/** What `install` adds to a guest's root, as an archive that can be unpacked in a running one. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';
import { executable } from './our-exitrd.ts';

/** Writes `payload.tar` into the directory and returns its path; `words` are options of `install`. */
export async function installedPayload(
  directory: string,
  tarball: string,
  words: readonly string[] = [],
): Promise<string> {
  const tree = join(directory, 'tree');
  await mkdir(tree);
  await execa('tar', ['-xf', tarball, '-C', tree]);
  const stamp = join(directory, 'stamp');
  await sleep(20);
  await execa('touch', [stamp]);
  await execa(executable, ['install', '--root', tree, ...words]);
  // The time of change, since the image's files have their time of modification set.
  const payload = join(directory, 'payload.tar');
  await execa('find', ['.', '-cnewer', stamp, '-print0'], { cwd: tree }).pipe(
    'tar',
    ['--create', '--file', payload, '--null', '--no-recursion', '--files-from=-'],
    { cwd: tree },
  );
  await execa('rm', ['-rf', tree]);
  return payload;
}
