/** A manifest as a file of its own, which appears together with its image or not at all. */
import { access, constants, link, lstat, open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join, resolve, sep } from 'node:path';
import { Failure, reasonOf } from '../failure.ts';
import { manifestText, type ImageManifest } from './image-manifest.ts';

/** `exitrd.cpio.zst.manifest.json` of `exitrd.cpio.zst`. */
export function besideImage(output: string): string {
  return `${resolve(output)}.manifest.json`;
}

/** Throws a Failure for a place where it cannot be, before anything is done. */
export async function refuseManifestAt(path: string, output: string): Promise<void> {
  const [place, image] = [resolve(path), resolve(output)];
  if (place === image || place.startsWith(image + sep)) {
    throw new Failure(`write ${path}: it is where the image is to be`, {
      hint: 'a manifest is in the image anyway; --manifest names a file beside it',
    });
  }
  const stats = await lstat(place).catch(async (error: unknown) => {
    if (reasonOf(error) !== 'ENOENT') throw notWritten(path, error);
    // Of its own directory the image will tell.
    if (dirname(place) === dirname(image)) return undefined;
    await access(dirname(place), constants.W_OK).catch((error: unknown) => {
      throw notWritten(path, error);
    });
  });
  if (stats === undefined || stats.isFile()) return;
  throw new Failure(`write ${path}: it exists and is no regular file`);
}

/**
 * Puts the manifest in place and then has the image appear. When that fails, the manifest is what it
 * was before. Throws a Failure.
 */
export async function placeBeside(
  path: string,
  manifest: ImageManifest,
  appear: () => Promise<void>,
): Promise<void> {
  const place = resolve(path);
  const temporary = join(dirname(place), `.${basename(place)}.${process.pid}`);
  const earlier = `${temporary}.earlier`;
  try {
    await writeFlushed(temporary, manifestText(manifest)).catch((error: unknown) => {
      throw notWritten(path, error);
    });
    const isReplaced = await link(place, earlier).then(
      () => true,
      () => false,
    );
    await rename(temporary, place);
    try {
      await appear();
    } catch (error) {
      await (isReplaced ? rename(earlier, place) : rm(place, { force: true }));
      throw error;
    }
  } finally {
    for (const left of [temporary, earlier]) await rm(left, { force: true });
  }
}

function notWritten(path: string, error: unknown): Failure {
  return new Failure(`write ${path}: ${reasonOf(error)}`, { cause: error });
}

async function writeFlushed(path: string, text: string): Promise<void> {
  await using file = await open(path, 'wx', 0o644);
  await file.chmod(0o644);
  await file.writeFile(text);
  await file.sync();
}
