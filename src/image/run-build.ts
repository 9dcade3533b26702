/** The whole of `build`: features chosen, image built, written, proved and put in place. */
import { writeImage, type ImageFormat } from '../archive/write-image.ts';
import type { Compression } from '../archive/compressor.ts';
import { loadConfiguration } from '../config/load-configuration.ts';
import { settingsFrom } from '../config/settings-from.ts';
import { selectFeatures } from '../feature/select-features.ts';
import { Failure } from '../failure.ts';
import type { Settings } from '../settings/settings.ts';
import { buildImage } from './build-image.ts';
import { executableContents } from './executable-contents.ts';
import { sizeOf } from './image-entry.ts';
import type { ImageManifest } from './image-manifest.ts';
import { ownExecutable } from './own-executable.ts';
import { proveImage, type Proof } from './prove-image.ts';
import { sourceDateEpoch } from './source-date-epoch.ts';

export interface RunBuildOptions {
  readonly output: string;
  readonly root: string;
  readonly format: ImageFormat;
  readonly compress: Compression;
  readonly level?: number | undefined;
  /** Names, also as lists with commas; all features where absent. */
  readonly features?: readonly string[] | undefined;
  /** Configuration files that are read instead of the root's. */
  readonly config?: readonly string[] | undefined;
  /** The one that runs, where absent. */
  readonly executable?: string;
  /** Stops the build and leaves nothing. */
  readonly signal?: AbortSignal;
}

export interface BuildReport {
  readonly output: string;
  /** Bytes: of what was written, and of all files unpacked. */
  readonly packed: number;
  readonly unpacked: number;
  readonly seconds: number;
  readonly proof: Proof;
  /** What each part brought that none before it had. */
  readonly parts: readonly ImagePart[];
  /** How the exitrd in the image behaves. */
  readonly settings: Settings;
  readonly manifest: ImageManifest;
}

interface ImagePart {
  readonly name: string;
  readonly files: number;
  readonly bytes: number;
}

/** Throws a Failure, with no output left behind, whenever the image would not be whole. */
export async function runBuild(options: RunBuildOptions): Promise<BuildReport> {
  try {
    return await build(options);
  } catch (error) {
    // Whatever it was busy with failed because it was stopped.
    if (options.signal?.aborted === true) {
      throw new Failure(`build ${options.output}: interrupted`);
    }
    throw error;
  }
}

async function build(options: RunBuildOptions): Promise<BuildReport> {
  const start = performance.now();
  const { configuration } = await loadConfiguration(options.root, options.config);
  const settings = settingsFrom(configuration);
  const image = await buildImage({
    root: options.root,
    features: selectFeatures(options.features),
    executable: options.executable ?? ownExecutable(),
    contents: executableContents(),
    modificationTime: sourceDateEpoch(process.env['SOURCE_DATE_EPOCH']),
    settings,
  });
  let proof: Proof = 'resolved';
  const packed = await writeImage(image, {
    output: options.output,
    format: options.format,
    compression: options.compress,
    ...(options.level !== undefined && { level: options.level }),
    ...(options.signal !== undefined && { signal: options.signal }),
    async prove(finished, directory) {
      proof = await proveImage(finished.programs, directory);
    },
  });
  const parts = new Map<string, ImagePart>();
  for (const entry of image.entries) {
    if (entry.kind !== 'file') continue;
    const { files, bytes } = parts.get(entry.origin) ?? { files: 0, bytes: 0 };
    const part = { name: entry.origin, files: files + 1, bytes: bytes + sizeOf(entry.content) };
    parts.set(entry.origin, part);
  }
  return {
    output: options.output,
    packed,
    unpacked: image.manifest.files.reduce((sum, { size }) => sum + size, 0),
    seconds: (performance.now() - start) / 1000,
    proof,
    parts: [...parts.values()],
    settings,
    manifest: image.manifest,
  };
}
