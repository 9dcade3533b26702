/** Puts an image in place: written beside under a temporary name, proved, and then renamed. */
import { createWriteStream } from 'node:fs';
import { chmod, lstat, mkdir, mkdtemp, open, readdir, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { Failure, reasonOf } from '../failure.ts';
import { manifestPath, type ImageManifest } from '../image/image-manifest.ts';
import type { Image } from '../image/image.ts';
import { createArchiveWriter } from './archive-writer.ts';
import { createCompressor } from './compressor.ts';
import { copyImage } from './copy-image.ts';
import { packCpio } from './cpio-writer.ts';
import { createDirectoryWriter } from './directory-writer.ts';
import type { Compression, ImageFormat } from './image-format.ts';
import type { ImageWriter } from './image-writer.ts';
import { packTar } from './tar-writer.ts';

export interface WriteOptions {
  readonly output: string;
  readonly format: ImageFormat;
  /** Not used for a directory. */
  readonly compression: Compression;
  readonly level?: number;
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
  const output = resolve(options.output);
  const { format, place = (_, appear) => appear() } = options;
  const compressor = createCompressor(options.compression, options.level);
  await refuseReplacing(output, format);
  const workplace = await makeDirectory(join(dirname(output), `.${basename(output)}.`), output);
  // Not beside the output, which may be on a file system without symlinks.
  const proofplace =
    format === 'directory' || options.prove === undefined
      ? undefined
      : await makeProofplace().catch(async (error: unknown) => {
          await rm(workplace, { recursive: true, force: true });
          throw error;
        });
  try {
    if (format === 'directory') {
      const tree = join(workplace, 'tree');
      await mkdir(tree, { mode: 0o755 });
      const manifest = await writeTogether(image, options, tree, undefined);
      await place(manifest, () => replaceDirectory(tree, output, join(workplace, 'replaced')));
      return { packed: manifest.files.reduce((sum, { size }) => sum + size, 0), manifest };
    }
    const archive = join(workplace, 'archive');
    const packer = (format === 'tar' ? packTar : packCpio)(image.modificationTime);
    const file = createWriteStream(archive, { flags: 'wx', mode: 0o600 });
    const writer = createArchiveWriter(packer, [compressor], file);
    const manifest = await writeTogether(image, options, proofplace, writer);
    const packed = await flush(archive);
    options.signal?.throwIfAborted();
    await place(manifest, () => rename(archive, output));
    return { packed, manifest };
  } catch (error) {
    if (error instanceof Failure || !isErrno(error)) throw error;
    throw new Failure(`write ${output}: ${reasonOf(error)}`, { cause: error });
  } finally {
    for (const directory of [workplace, proofplace]) {
      if (directory !== undefined) await rm(directory, { recursive: true, force: true });
    }
  }
}

/**
 * Writes the image as a tree, as an archive, or as both. The tree is proved as soon as it is whole,
 * while the archive may still be compressed; the first error stops everything.
 */
async function writeTogether(
  image: Image,
  { prove, signal }: WriteOptions,
  tree: string | undefined,
  archive: ImageWriter | undefined,
): Promise<ImageManifest> {
  const stop = new AbortController();
  const ended = AbortSignal.any([stop.signal, ...(signal === undefined ? [] : [signal])]);
  const directory =
    tree === undefined ? undefined : createDirectoryWriter(tree, image.modificationTime);
  const writers = [directory, archive].filter((writer) => writer !== undefined);
  const abandon = () => {
    for (const writer of writers) void writer.abandon();
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
  }
  try {
    ended.throwIfAborted();
    const manifest = await copyImage(image, writers);
    const ends = [
      finishTree().catch(stopping),
      (archive?.finish() ?? Promise.resolve()).catch(stopping),
    ];
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
    for (const writer of writers) await writer.abandon();
  }
}

/** Puts a file's bytes on the disk before its name says that it is there. Its size. */
async function flush(path: string): Promise<number> {
  await using handle = await open(path, 'r+');
  await handle.chmod(0o644);
  await handle.sync();
  return (await handle.stat()).size;
}

async function makeDirectory(prefix: string, output: string): Promise<string> {
  return await mkdtemp(prefix).catch((error: unknown) => {
    throw new Failure(`write ${output}: ${reasonOf(error)}`, { cause: error });
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

function isErrno(error: unknown): boolean {
  return error instanceof Error && typeof (error as NodeJS.ErrnoException).syscall === 'string';
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
  if (format !== 'directory') {
    if (stats.isFile()) return;
    throw new Failure(`write ${output}: it exists and is no regular file`);
  }
  if (!stats.isDirectory()) throw new Failure(`write ${output}: it exists and is no directory`);
  const isImage = (await lstat(output + manifestPath).catch(() => undefined)) !== undefined;
  if (isImage || (await readdir(output)).length === 0) return;
  throw new Failure(`write ${output}: it is a directory with other things in it`, {
    hint: 'name a new directory, an empty one, or an earlier image',
  });
}
