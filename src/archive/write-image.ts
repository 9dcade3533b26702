/** Puts an image in place: written beside under a temporary name, proved, and then renamed. */
import { chmod, lstat, mkdir, mkdtemp, open, readdir, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { Failure, reasonOf } from '../failure.ts';
import { manifestPath, type ImageManifest } from '../image/image-manifest.ts';
import type { Image } from '../image/image.ts';
import { copyImage } from './copy-image.ts';
import { readDirectory } from './directory-reader.ts';
import { createDirectoryWriter } from './directory-writer.ts';
import { choosePacking, type Compression, type ImageFormat, type Packing } from './image-format.ts';
import { startMaking } from './making.ts';
import { isOwnLayout } from './oci-reader.ts';
import { toolFailure } from './tool.ts';

export interface WriteOptions {
  readonly output: string;
  readonly format: ImageFormat;
  /** The format's usual one where absent, and so with the level. */
  readonly compression?: Compression | undefined;
  readonly level?: number | undefined;
  /** Looks at the finished image as a directory; what it throws keeps the output from appearing. */
  readonly prove?: (image: Image, directory: string, signal: AbortSignal) => Promise<void>;
  /** Called when all is well; the output appears by `appear`. What it throws counts as an error. */
  readonly place?: (manifest: ImageManifest, appear: () => Promise<void>) => Promise<void>;
  readonly signal?: AbortSignal;
}

export interface WrittenImage {
  /** Bytes of what was written. */
  readonly packed: number;
  readonly manifest: ImageManifest;
}

/** On any error, and when `signal` aborts, nothing is left and nothing is replaced. */
export async function writeImage(image: Image, options: WriteOptions): Promise<WrittenImage> {
  const packing = choosePacking(options);
  const { place = (_, appear) => appear() } = options;
  const output = resolve(options.output);
  await refuseReplacing(output, packing.format);
  const places: string[] = [];
  try {
    const workplace = await makeWorkplace(output);
    places.push(workplace);
    const made = join(workplace, 'image');
    // Not beside the output, which may be on a file system without symlinks.
    const proofplace = needsTreeApart(packing.format, options) ? await makeProofplace() : undefined;
    if (proofplace !== undefined) places.push(proofplace);
    if (packing.format === 'directory') await mkdir(made, { mode: 0o755 });
    const tree = packing.format === 'directory' ? made : proofplace;
    const manifest = await make(image, packing, made, tree, options);
    const packed = await sizeOf(made, packing.format, manifest);
    options.signal?.throwIfAborted();
    const isDirectory = (await lstat(made)).isDirectory();
    await place(manifest, () =>
      isDirectory
        ? replaceDirectory(made, output, join(workplace, 'replaced'))
        : rename(made, output),
    );
    return { packed, manifest };
  } catch (error) {
    throw toolFailure(error) ?? asFailure(error, output);
  } finally {
    for (const directory of places) await rm(directory, { recursive: true, force: true });
  }
}

/**
 * Makes the image, and its tree where there is one. The tree is proved as soon as it is whole, while
 * an archive may still be compressed; the first error stops everything.
 */
async function make(
  image: Image,
  packing: Packing,
  path: string,
  tree: string | undefined,
  { prove, signal }: WriteOptions,
): Promise<ImageManifest> {
  const stop = new AbortController();
  const ended = AbortSignal.any([stop.signal, ...(signal === undefined ? [] : [signal])]);
  const { writer, fromTree } = await startMaking(image, packing, path);
  const directory =
    tree === undefined ? undefined : createDirectoryWriter(tree, image.modificationTime);
  const writers = [directory, writer].filter((each) => each !== undefined);
  const abandon = () => {
    for (const each of writers) void each.abandon();
  };
  ended.addEventListener('abort', abandon, { once: true });
  const stopping = (error: unknown) => {
    stop.abort(error);
    throw error;
  };
  async function finishTree(): Promise<void> {
    if (tree === undefined) return;
    await chmod(tree, 0o755);
    await directory?.finish();
    await prove?.(image, tree, ended);
    await fromTree?.(tree, ended);
  }
  async function finishWriter(): Promise<void> {
    await writer?.finish();
  }
  try {
    ended.throwIfAborted();
    const manifest = await copyImage(image, writers);
    const ends = [finishTree().catch(stopping), finishWriter().catch(stopping)];
    // Also what failed is waited for, until nothing of it is left running.
    await Promise.allSettled(ends);
    await Promise.all(ends);
    return manifest;
  } catch (error) {
    // What comes first is the reason, and the others only saw it stop.
    ended.throwIfAborted();
    throw error;
  } finally {
    ended.removeEventListener('abort', abandon);
    stop.abort();
    for (const each of writers) await each.abandon();
  }
}

function needsTreeApart(format: ImageFormat, { prove }: WriteOptions): boolean {
  return format === 'erofs' || (format !== 'directory' && prove !== undefined);
}

/** Bytes of what was made. A file's are put on the disk before its name says that it is there. */
async function sizeOf(made: string, format: ImageFormat, manifest: ImageManifest): Promise<number> {
  if (format === 'directory') return manifest.files.reduce((sum, { size }) => sum + size, 0);
  if (format !== 'oci') return await flush(made);
  let sum = 0;
  for await (const { size } of readDirectory(made)) sum += size;
  return sum;
}

/** Puts a file's bytes on the disk before its name says that it is there. Its size. */
async function flush(path: string): Promise<number> {
  await using handle = await open(path, 'r+');
  await handle.chmod(0o644);
  await handle.sync();
  return (await handle.stat()).size;
}

async function makeWorkplace(output: string): Promise<string> {
  const prefix = join(dirname(output), `.${basename(output)}.`);
  return await mkdtemp(prefix).catch((error: unknown) => {
    throw asFailure(error, output);
  });
}

async function makeProofplace(): Promise<string> {
  return await mkdtemp(join(tmpdir(), 'shutdownramfs-')).catch((error: unknown) => {
    throw new Failure(`unpack the image to prove it in ${tmpdir()}: ${reasonOf(error)}`, {
      cause: error,
      hint: 'TMPDIR names another directory',
    });
  });
}

/** An error of the file system is told; anything else is a bug. */
function asFailure(error: unknown, output: string): unknown {
  const isErrno =
    error instanceof Error && typeof (error as NodeJS.ErrnoException).syscall === 'string';
  if (!isErrno) return error;
  return new Failure(`write ${output}: ${reasonOf(error)}`, { cause: error });
}

async function replaceDirectory(made: string, output: string, old: string): Promise<void> {
  const exists = await lstat(output).catch(() => undefined);
  if (exists !== undefined) await rename(output, old);
  await rename(made, output);
}

/** Only an image of ours, an empty directory or a plain file gives way. */
async function refuseReplacing(output: string, format: ImageFormat): Promise<void> {
  const stats = await lstat(output).catch(() => undefined);
  if (stats === undefined) return;
  if (format !== 'directory' && format !== 'oci') {
    if (stats.isFile()) return;
    throw new Failure(`write ${output}: it exists and is no regular file`);
  }
  if (!stats.isDirectory()) throw new Failure(`write ${output}: it exists and is no directory`);
  if ((await isOurs(output)) || (await readdir(output)).length === 0) return;
  throw new Failure(`write ${output}: it is a directory with other things in it`, {
    hint: 'name a new directory, an empty one, or an earlier image',
  });
}

async function isOurs(directory: string): Promise<boolean> {
  const manifest = await lstat(directory + manifestPath).catch(() => undefined);
  return manifest !== undefined || (await isOwnLayout(directory));
}
