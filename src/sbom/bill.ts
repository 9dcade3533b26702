/** What a bill of materials tells, whatever the format: read from a whole image. */
import { surveyImage } from '../check/survey-image.ts';
import { findDamage } from '../check/find-damage.ts';
import { Failure } from '../failure.ts';
import { manifestPath, type ImageManifest, type ManifestFile } from '../image/image-manifest.ts';
import type { Package } from '../package/package.ts';
import { parseManifest } from '../image/parse-manifest.ts';

export interface Bill {
  readonly manifest: ImageManifest;
  /** Hexadecimal, of the manifest's text: what tells one image from another. */
  readonly digest: string;
  /** By path, since the order of an image is that of its format. */
  readonly files: readonly BillFile[];
}

/** A file of the image; the manifest itself is one of them. */
export interface BillFile {
  readonly path: string;
  readonly sha1: string;
  readonly sha256: string;
  readonly package?: ManifestFile['package'];
}

/** Throws a Failure for an image that is not whole, of which nothing could be said for sure. */
export async function readBill(image: string): Promise<Bill> {
  const { entries, manifest: text, cutOff } = await surveyImage(image, { sha1: true });
  const manifest = cutOff === undefined && text !== undefined ? parseManifest(text) : undefined;
  if (manifest === undefined || findDamage(entries, manifest).length > 0) {
    throw new Failure(`read image ${image}: it is not whole`, {
      hint: `shutdownramfs check ${image} says what is wrong`,
    });
  }
  const told = new Map(manifest.files.map((file) => [file.path, file]));
  const sorted = entries.toSorted((one, other) => (one.path < other.path ? -1 : 1));
  const files = sorted.flatMap(({ path, sha1, sha256 }): BillFile[] => {
    if (sha1 === undefined || sha256 === undefined) return [];
    const owner = told.get(path)?.package;
    return [{ path, sha1, sha256, ...(owner !== undefined && { package: owner }) }];
  });
  const digest = files.find(({ path }) => path === manifestPath)?.sha256 ?? '';
  return { manifest, digest, files };
}

export function ownedBy(
  { name, architecture }: Package,
  files: readonly BillFile[],
): readonly BillFile[] {
  return files.filter((file) => {
    return file.package?.name === name && file.package.architecture === architecture;
  });
}
