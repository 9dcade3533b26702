/** Takes out of a root what installing has put there. */
import { readdir, rm, rmdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { Failure, reasonOf } from '../failure.ts';
import { readRecord } from './installation-record.ts';
import { libraryDirectory, recordFile } from './installed-path.ts';
import { forgetUnits, isRunning, stopNow } from './running-machine.ts';

/** Throws a Failure when nothing is installed there. */
export async function uninstallExitrd(directory: string): Promise<void> {
  const root = resolve(directory);
  const record = await readRecord(root);
  if (record === undefined) throw new Failure(`uninstall from ${root}: nothing is installed there`);
  const running = await isRunning(root);
  if (running) await stopNow();
  for (const path of record.paths) await remove(join(root, path));
  for (const name of await readdir(join(root, libraryDirectory))) {
    if (/^\.?image\b/.test(name)) await remove(join(root, libraryDirectory, name));
  }
  // Last of the files, so that an uninstallation that ends halfway can be repeated.
  await remove(join(root, recordFile));
  for (const path of record.directories.toReversed()) await removeEmpty(join(root, path));
  if (running) await forgetUnits();
}

async function remove(path: string): Promise<void> {
  await rm(path, { recursive: true, force: true }).catch((error: unknown) => {
    throw new Failure(`remove ${path}: ${reasonOf(error)}`, { cause: error });
  });
}

/** Somebody else may have put something there since. */
async function removeEmpty(path: string): Promise<void> {
  await rmdir(path).catch((error: unknown) => {
    if (['ENOENT', 'ENOTEMPTY', 'EEXIST'].includes(reasonOf(error))) return;
    throw new Failure(`remove ${path}: ${reasonOf(error)}`, { cause: error });
  });
}
