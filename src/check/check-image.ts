/** The whole of `check`: is an image whole, do its programs start, is it as new as its root. */
import { chmod, lstat, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { unpackImage } from '../archive/unpack-image.ts';
import { Failure, reasonOf } from '../failure.ts';
import type { ImageManifest } from '../image/image-manifest.ts';
import { besideImage } from '../image/manifest-beside.ts';
import { parseManifest } from '../image/parse-manifest.ts';
import { tryPrograms, type Proof } from '../image/prove-image.ts';
import { findChanges, type Changes } from './find-changes.ts';
import { findDamage, type Damage } from './find-damage.ts';
import { surveyImage, type Survey } from './survey-image.ts';

export interface CheckOptions {
  readonly image: string;
  /** The root that the image is compared with; absent: none. */
  readonly root?: string | undefined;
  /** False: programs are only resolved. */
  readonly start: boolean;
}

export interface ImageCheck {
  readonly image: string;
  /** The worst of what was found, in this order. */
  readonly verdict: 'damaged' | 'broken' | 'outdated' | 'sound';
  readonly damage: readonly Damage[];
  /** Absent for a damaged image, whose programs are not tried. */
  readonly programs?: CheckedPrograms;
  /** Absent where there is no root to compare with, and for a damaged image. */
  readonly changes?: Changes & { readonly root: string };
}

interface CheckedPrograms {
  readonly count: number;
  readonly proof: Proof;
  /** What those said that do not start. */
  readonly failures: readonly string[];
}

/** Throws a Failure for what is no image, and for a root that cannot be read. */
export async function checkImage({ image, root, start }: CheckOptions): Promise<ImageCheck> {
  const survey = await surveyImage(image);
  const { manifest, damage: inside } = judge(survey);
  const damage = [...inside, ...(await findStranger(image, survey))];
  if (manifest === undefined || damage.length > 0) return { image, verdict: 'damaged', damage };
  const programs = await checkPrograms(image, manifest, start);
  const changes = root === undefined ? undefined : { root, ...(await findChanges(manifest, root)) };
  const isOutdated = changes !== undefined && changes.packages.length + changes.files.length > 0;
  const verdict =
    programs.failures.length > 0 ? 'broken' : isOutdated ? 'outdated' : ('sound' as const);
  return { image, verdict, damage, programs, ...(changes !== undefined && { changes }) };
}

function judge({ entries, manifest: text, cutOff }: Survey): {
  readonly manifest?: ImageManifest;
  readonly damage: readonly Damage[];
} {
  if (cutOff !== undefined) return { damage: [{ about: cutOff }] };
  if (text === undefined) return { damage: [{ about: withoutManifest(entries) }] };
  try {
    const manifest = parseManifest(text);
    return { manifest, damage: findDamage(entries, manifest) };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return { damage: [{ about: error.message }] };
  }
}

function withoutManifest(entries: Survey['entries']): string {
  return entries.some(({ path }) => path === '/usr.squashfs')
    ? 'it is installed, its /usr compressed; its service checks it at every boot'
    : 'it has no manifest';
}

/** The manifest beside the image, where there is one, is that in it. */
async function findStranger(image: string, { manifest }: Survey): Promise<Damage[]> {
  const path = besideImage(image);
  try {
    if ((await readFile(path, 'utf8')) === manifest) return [];
    return [{ about: `${path}: it is the manifest of another image` }];
  } catch (error) {
    if (reasonOf(error) === 'ENOENT') return [];
    throw new Failure(`read ${path}: ${reasonOf(error)}`, { cause: error });
  }
}

async function checkPrograms(
  image: string,
  { programs }: ImageManifest,
  start: boolean,
): Promise<CheckedPrograms> {
  const { proof, failures } = await withTree(image, async (directory) => {
    return await tryPrograms(programs, directory, { start });
  });
  return { count: programs.length, proof, failures: failures.map(({ message }) => message) };
}

async function withTree<Result>(
  image: string,
  use: (directory: string) => Promise<Result>,
): Promise<Result> {
  if ((await lstat(image)).isDirectory()) return await use(image);
  const place = await mkdtemp(join(tmpdir(), 'shutdownramfs-')).catch((error: unknown) => {
    throw new Failure(`unpack the image in ${tmpdir()}: ${reasonOf(error)}`, {
      cause: error,
      hint: 'TMPDIR names another directory',
    });
  });
  try {
    await chmod(place, 0o755);
    const tree = join(place, 'tree');
    await unpackImage(image, tree);
    return await use(tree);
  } finally {
    await rm(place, { recursive: true, force: true });
  }
}
