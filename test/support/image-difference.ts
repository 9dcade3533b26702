/** Where two images differ, for a person who has to find out why. */
import { createHash } from 'node:crypto';
import { lstat, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readDirectory } from '../../src/archive/directory-reader.ts';
import { surveyImage } from '../../src/check/survey-image.ts';
import { manifestPath } from '../../src/image/image-manifest.ts';

type Lines = ReadonlyMap<string, string>;

/** Paths of entries; nothing for the same bytes. */
export async function imageDifference(one: string, other: string): Promise<string[]> {
  if ((await lstat(one)).isDirectory()) {
    return different(await treeLines(one), await treeLines(other));
  }
  if ((await readFile(one)).equals(await readFile(other))) return [];
  const paths = different(await imageLines(one), await imageLines(other));
  return paths.length > 0 ? paths : ['what is between the entries'];
}

function different(one: Lines, other: Lines): string[] {
  const paths = [...new Set([...one.keys(), ...other.keys()])];
  return paths.filter((path) => one.get(path) !== other.get(path));
}

async function imageLines(image: string): Promise<Lines> {
  const { entries } = await surveyImage(image);
  return new Map(entries.map((entry) => [entry.path, JSON.stringify(entry)]));
}

/** Times are of the image only where the directory is the image, and not a layout that holds it. */
async function treeLines(top: string): Promise<Lines> {
  const isImage = (await lstat(top + manifestPath).catch(() => undefined)) !== undefined;
  const lines = new Map<string, string>();
  for await (const { path, kind, mode, target, content } of readDirectory(top)) {
    const hash = createHash('sha256');
    for await (const part of content) hash.update(part);
    const time = isImage ? (await lstat(join(top, path))).mtimeMs : 0;
    lines.set(path, JSON.stringify([kind, mode, target, hash.digest('hex'), time]));
  }
  return lines;
}
