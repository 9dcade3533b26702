/** A last look for keys at what goes into an image, and the digests for its manifest. */
import { createHash } from 'node:crypto';
import { Failure } from '../failure.ts';
import { modeOf, type FileEntry, type ImageEntry } from './image-entry.ts';
import { keyInContent, keyPathRules, longestKeyMark } from './key-material.ts';
import type { FileDigest } from './prepare-manifest.ts';
import { readContent } from './read-content.ts';

/**
 * Throws a Failure for the path of a key in the image, in the root, or in a link; `keyFiles` are
 * paths in the root that its crypttab calls so.
 */
export function refuseKeyPaths(
  entries: readonly ImageEntry[],
  keyFiles: ReadonlySet<string>,
): void {
  for (const entry of entries) {
    for (const path of pathsOf(entry)) refuseKeyPath(entry, path, keyFiles);
  }
}

/** The file's bytes in parts, and in the end its digest. Throws a Failure for key material. */
export async function* inspectFile(
  entry: FileEntry,
): AsyncGenerator<Buffer, FileDigest, undefined> {
  const hash = createHash('sha256');
  let size = 0;
  let isElf = false;
  let carried = '';
  for await (const part of readContent(entry.content)) {
    hash.update(part);
    if (size === 0) isElf = part.subarray(0, 4).toString('latin1') === '\x7fELF';
    // Libraries hold the marks of the formats they read; what they are is code, and closed over.
    if (!isElf) {
      const text = carried + part.toString('latin1');
      const found = keyInContent(text, size === 0);
      if (found !== undefined) throw refuse(entry, found);
      carried = text.slice(-longestKeyMark);
    }
    size += part.length;
    yield part;
  }
  const { content, path } = entry;
  if (!isElf && content.kind === 'host-file' && (content.mode & 0o077) === 0) {
    throw refuse(entry, 'a file that only its owner may read');
  }
  const mode = modeOf(entry) === 0o755 ? '0755' : '0644';
  return { path, size, mode, sha256: hash.digest('hex') };
}

function refuseKeyPath(entry: ImageEntry, path: string, keyFiles: ReadonlySet<string>): void {
  if (keyFiles.has(path)) throw refuse(entry, 'a key file of crypttab');
  const rule = keyPathRules.find(({ pattern }) => pattern.test(path));
  if (rule !== undefined) throw refuse(entry, rule.about);
}

function pathsOf(entry: ImageEntry): string[] {
  if (entry.kind === 'directory') return [entry.path];
  if (entry.kind === 'symlink') return [entry.path, entry.target];
  return entry.content.kind === 'bytes' ? [entry.path] : [entry.path, entry.content.source];
}

function refuse(entry: ImageEntry, about: string): Failure {
  const source =
    entry.kind === 'file' && entry.content.kind === 'host-file' ? entry.content.source : entry.path;
  return new Failure(`pack ${source}: it is ${about}, and no key goes into an image`, {
    hint: `${entry.origin} brought it in; take it out there`,
  });
}
