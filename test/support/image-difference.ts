/** Where two images differ, for a person who has to find out why. */
import { lstat, readFile } from 'node:fs/promises';
import { surveyImage } from '../../src/check/survey-image.ts';

/** Paths of entries; nothing for the same bytes. */
export async function imageDifference(one: string, other: string): Promise<string[]> {
  const isDirectory = (await lstat(one)).isDirectory();
  if (!isDirectory && (await readFile(one)).equals(await readFile(other))) return [];
  const [first, second] = await Promise.all([one, other].map((image) => lines(image, isDirectory)));
  const paths = [...new Set([...(first?.keys() ?? []), ...(second?.keys() ?? [])])];
  const different = paths.filter((path) => first?.get(path) !== second?.get(path));
  return isDirectory || different.length > 0 ? different : ['what is between the entries'];
}

async function lines(image: string, isDirectory: boolean): Promise<ReadonlyMap<string, string>> {
  const { entries } = await surveyImage(image);
  const found = entries.map(async (entry) => {
    const time = isDirectory ? (await lstat(image + entry.path)).mtimeMs : 0;
    return [entry.path, JSON.stringify({ ...entry, time })] as const;
  });
  return new Map(await Promise.all(found));
}
