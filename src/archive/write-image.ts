/** Puts an image in place: written beside under a temporary name, proved, and then renamed. */
import { createWriteStream } from 'node:fs';
import { chmod, lstat, mkdir, mkdtemp, open, readdir, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { PassThrough } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Failure, reasonOf } from '../failure.ts';
import { manifestPath } from '../image/image-manifest.ts';
import type { Image } from '../image/image.ts';
import { createCompressor } from './compressor.ts';
import { writeCpio } from './cpio-writer.ts';
import { writeDirectory } from './directory-writer.ts';
import type { Compression, ImageFormat } from './image-format.ts';
import type { ArchiveWriter } from './image-writer.ts';
import { writeTar } from './tar-writer.ts';

export interface WriteOptions {
  readonly output: string;
  readonly format: ImageFormat;
  /** Not used for a directory. */
  readonly compression: Compression;
  readonly level?: number;
  /** Looks at the finished image as a directory; what it throws keeps the output from appearing. */
  readonly prove?: (image: Image, directory: string) => Promise<void>;
  readonly signal?: AbortSignal;
}

/** Bytes written. On any error, and when `signal` aborts, nothing is left and nothing is replaced. */
export async function writeImage(image: Image, options: WriteOptions): Promise<number> {
  const output = resolve(options.output);
  await refuseReplacing(output, options.format);
  const parent = dirname(output);
  const workplace = await mkdtemp(join(parent, `.${basename(output)}.`)).catch((error: unknown) => {
    throw new Failure(`write ${output}: ${reasonOf(error)}`, { cause: error });
  });
  try {
    if (options.format === 'directory') {
      const tree = join(workplace, 'tree');
      await mkdir(tree, { mode: 0o755 });
      await chmod(tree, 0o755);
      await writeDirectory(image, tree);
      await options.prove?.(image, tree);
      options.signal?.throwIfAborted();
      await replaceDirectory(tree, output, join(workplace, 'replaced'));
      return image.manifest.files.reduce((sum, { size }) => sum + size, 0);
    }
    const archive = join(workplace, 'archive');
    const results = await Promise.allSettled([
      writeArchive(image, archive, options),
      proveApart(image, options),
    ]);
    for (const result of results) if (result.status === 'rejected') throw result.reason;
    options.signal?.throwIfAborted();
    const { size } = await lstat(archive);
    await rename(archive, output);
    return size;
  } finally {
    await rm(workplace, { recursive: true, force: true });
  }
}

/** Not beside the output, which may be on a file system without symlinks. */
async function proveApart(image: Image, { prove }: WriteOptions): Promise<void> {
  if (prove === undefined) return;
  const tree = await mkdtemp(join(tmpdir(), 'shutdownramfs-')).catch((error: unknown) => {
    throw new Failure(`unpack the image to prove it in ${tmpdir()}: ${reasonOf(error)}`, {
      cause: error,
      hint: 'TMPDIR names another directory',
    });
  });
  try {
    await chmod(tree, 0o755);
    await writeDirectory(image, tree);
    await prove(image, tree);
  } finally {
    await rm(tree, { recursive: true, force: true });
  }
}

async function writeArchive(image: Image, path: string, options: WriteOptions): Promise<void> {
  const write: ArchiveWriter = options.format === 'tar' ? writeTar : writeCpio;
  const compressor = createCompressor(options.compression, options.level);
  const sink = new PassThrough({ highWaterMark: 1 << 20 });
  const file = createWriteStream(path, { flags: 'wx', mode: 0o600 });
  const signal = options.signal === undefined ? {} : { signal: options.signal };
  const results = await Promise.allSettled([
    write(image, sink),
    pipeline(sink, compressor, file, signal),
  ]);
  // Where both failed, the writer knows why; the other end only saw it stop.
  for (const result of results) if (result.status === 'rejected') throw result.reason;
  const handle = await open(path, 'r+');
  try {
    await handle.chmod(0o644);
    await handle.sync();
  } finally {
    await handle.close();
  }
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
