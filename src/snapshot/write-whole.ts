import { rename, rm, writeFile } from 'node:fs/promises';
import { Failure, reasonOf } from '../failure.ts';

/** Writes a file that appears whole or not at all. */
export async function writeWhole(path: string, text: string): Promise<void> {
  const temporary = `${path}.${process.pid}`;
  try {
    await writeFile(temporary, text, { flag: 'wx' });
    await rename(temporary, path);
  } catch (cause) {
    await rm(temporary, { force: true });
    throw new Failure(`write ${path}: ${reasonOf(cause)}`, { cause });
  }
}
