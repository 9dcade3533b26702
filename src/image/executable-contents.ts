import { readAsset } from '../asset/asset.ts';
import type { ExecutableContents } from './image-manifest.ts';

/** Written beside the executable and packed into it by its build. */
export const contentsAsset = 'dist/contents.json';

/** What is in the executable that runs, or in a checkout in the one that was built. */
export function executableContents(): ExecutableContents {
  return JSON.parse(readAsset(contentsAsset).toString()) as ExecutableContents;
}
