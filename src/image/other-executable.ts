import { readFile } from 'node:fs/promises';
import { readAsset } from '../asset/asset.ts';
import { Failure, reasonOf } from '../failure.ts';
import { contentsAsset } from './executable-contents.ts';

/**
 * The file, when it is this program for another processor. Throws a Failure for any other program
 * or version: the files that go into an image come from the one that runs, and both must agree.
 */
export async function otherExecutable(file: string): Promise<string> {
  let bytes: Buffer;
  try {
    bytes = await readFile(file);
  } catch (error) {
    throw new Failure(`read executable ${file}: ${reasonOf(error)}`, { cause: error });
  }
  // Assets lie in an executable as they are.
  if (bytes.includes(readAsset(contentsAsset))) return file;
  throw new Failure(`pack executable ${file}: it is no shutdownramfs of the version that runs`, {
    hint: '`npm run build -- --arch arm64` makes one beside the other',
  });
}
