/** The whole of `build`: features chosen, image built, written, proved and put in place. */
import { choosePacking, type Compression, type ImageFormat } from '../archive/image-format.ts';
import { writeImage } from '../archive/write-image.ts';
import type { Configuration } from '../config/configuration.ts';
import { loadConfiguration } from '../config/load-configuration.ts';
import { settingsFrom } from '../config/settings-from.ts';
import { featuresForRoot } from '../feature/features-for-root.ts';
import type { Choice } from '../feature/select-features.ts';
import { Failure } from '../failure.ts';
import type { Settings } from '../settings/settings.ts';
import { buildImage } from './build-image.ts';
import { executableContents } from './executable-contents.ts';
import { sizeOf } from './image-entry.ts';
import type { ImageManifest } from './image-manifest.ts';
import { placeBeside, refuseManifestAt } from './manifest-beside.ts';
import { ownExecutable } from './own-executable.ts';
import { proveImage, type Proof } from './prove-image.ts';
import { sourceDateEpoch } from './source-date-epoch.ts';

export interface RunBuildOptions {
  readonly output: string;
  readonly root: string;
  // Where these are absent, the configuration's count.
  readonly format?: ImageFormat | undefined;
  readonly compress?: Compression | undefined;
  readonly level?: number | undefined;
  /** Words as selectFeatures() takes them. */
  readonly features?: readonly string[] | undefined;
  /** Configuration files that are read instead of the root's. */
  readonly config?: readonly string[] | undefined;
  /** File for the manifest too; absent: it is in the image alone. */
  readonly manifest?: string | undefined;
  /** The one that runs, where absent. */
  readonly executable?: string | undefined;
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
  readonly features: readonly FeatureReason[];
  /** Features that were thought of and not taken. */
  readonly leftOut: readonly FeatureReason[];
  /** What each part brought that none before it had. */
  readonly parts: readonly ImagePart[];
  /** How the exitrd in the image behaves. */
  readonly settings: Settings;
  readonly manifest: ImageManifest;
}

interface FeatureReason {
  readonly name: string;
  /** `named`, `default`, `/etc/crypttab names sda2_crypt` … */
  readonly reason: string;
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
  const { manifest: beside } = options;
  if (beside !== undefined) await refuseManifestAt(beside, options.output);
  const { configuration } = await loadConfiguration(options.root, options.config);
  const settings = settingsFrom(configuration);
  const { programs, files, ...configured } = configuration.image;
  const hookPrograms = settings.hooks.map(({ program }) => program);
  const packing = choosePacking(wantedPacking(options, configured));
  const words = options.features ?? configured.features;
  const { selected, leftOut } = await featuresForRoot(options.root, words);
  const image = buildImage({
    root: options.root,
    features: selected.map(({ feature }) => feature),
    own: { programs: [...programs, ...hookPrograms], files },
    executable: options.executable ?? ownExecutable(),
    contents: executableContents(),
    modificationTime: sourceDateEpoch(process.env['SOURCE_DATE_EPOCH']),
    settings,
  });
  let proof: Proof = 'resolved';
  const { packed, manifest } = await writeImage(image, {
    output: options.output,
    ...packing,
    ...(options.signal !== undefined && { signal: options.signal }),
    ...(beside !== undefined && {
      place: (manifest, appear) => placeBeside(beside, manifest, appear),
    }),
    async prove(finished, directory, stop) {
      proof = await proveImage(finished.programs, directory, stop);
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
    unpacked: manifest.files.reduce((sum, { size }) => sum + size, 0),
    seconds: (performance.now() - start) / 1000,
    proof,
    features: selected.map(nameAndReason),
    leftOut: leftOut.map(nameAndReason),
    parts: [...parts.values()],
    settings,
    manifest,
  };
}

/** A compression that is configured belongs to the format that is, and a level to the compression. */
function wantedPacking(
  options: RunBuildOptions,
  configured: Pick<Configuration['image'], 'format' | 'compress' | 'level'>,
) {
  const { format = configured.format, compress, level } = options;
  if (compress !== undefined || format !== configured.format) {
    return { format, compression: compress, level };
  }
  return {
    format,
    compression: configured.compress === 'usual' ? undefined : configured.compress,
    level: level ?? (configured.level === 0 ? undefined : configured.level),
  };
}

function nameAndReason({ feature, reason }: Choice): FeatureReason {
  return { name: feature.name, reason };
}
