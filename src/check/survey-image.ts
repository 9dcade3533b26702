/** Reads all of an image once: what is in it, and what the bytes come to. */
import { createHash } from 'node:crypto';
import { readImage } from '../archive/read-image.ts';
import type { ReadEntry } from '../archive/read-entry.ts';
import { Failure } from '../failure.ts';
import { manifestPath } from '../image/image-manifest.ts';

export interface SurveyedEntry {
  readonly kind: ReadEntry['kind'];
  /** Absolute. */
  readonly path: string;
  readonly mode: number;
  readonly size: number;
  /** Of a symlink. */
  readonly target: string | undefined;
  /** Of a file, hexadecimal. */
  readonly sha256: string | undefined;
  /** The same, where it was asked for. */
  readonly sha1: string | undefined;
}

export interface Survey {
  /** In the order of the image. */
  readonly entries: readonly SurveyedEntry[];
  /** Undefined where the image has none. */
  readonly manifest: string | undefined;
  /** Why the image could not be read to its end. */
  readonly cutOff: string | undefined;
}

/** A manifest of ten thousand files is far smaller. */
const largestManifest = 64 << 20;

/** Throws a Failure for what cannot be opened or is no image at all. */
export async function surveyImage(
  image: string,
  { sha1: wantsSha1 = false } = {},
): Promise<Survey> {
  const entries: SurveyedEntry[] = [];
  let manifest: string | undefined;
  try {
    for await (const entry of readImage(image)) {
      const { kind, mode, target } = entry;
      const path = `/${entry.path}`;
      if (kind === 'link') {
        const linked = entries.find((one) => one.path === `/${target}`);
        entries.push(linked === undefined ? withoutBytes(entry) : { ...linked, path });
        continue;
      }
      const isManifest = path === manifestPath && entry.size <= largestManifest;
      const { size, text, digests } = await readWhole(entry, {
        keep: isManifest,
        algorithms: kind !== 'file' ? [] : wantsSha1 ? ['sha256', 'sha1'] : ['sha256'],
      });
      if (isManifest) manifest = text;
      const [sha256, sha1] = digests;
      entries.push({ kind, path, mode, size, target, sha256, sha1 });
    }
  } catch (error) {
    if (!(error instanceof Failure) || entries.length === 0) throw error;
    const cutOff = error.message.replace(`read image ${image}: `, '');
    return { entries, manifest, cutOff };
  }
  return { entries, manifest, cutOff: undefined };
}

/** A hard link to nothing. */
function withoutBytes({ path, kind, mode, size, target }: ReadEntry): SurveyedEntry {
  return { kind, path: `/${path}`, mode, size, target, sha256: undefined, sha1: undefined };
}

interface Reading {
  readonly keep: boolean;
  readonly algorithms: readonly string[];
}

async function readWhole({ content, kind }: ReadEntry, { keep, algorithms }: Reading) {
  const hashes = algorithms.map((algorithm) => createHash(algorithm));
  const kept: Uint8Array[] = [];
  let size = 0;
  if (kind === 'file') {
    for await (const part of content) {
      for (const hash of hashes) hash.update(part);
      size += part.length;
      // The archive takes its buffer back.
      if (keep) kept.push(Uint8Array.from(part));
    }
  }
  const digests = hashes.map((hash) => hash.digest('hex'));
  return { size, text: Buffer.concat(kept).toString('utf8'), digests };
}
