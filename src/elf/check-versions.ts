/**
 * Whether each library has the symbol versions that others need of it: glibc's loader stops a
 * program at its start without them.
 */
import { Failure } from '../failure.ts';
import type { LocatedObject } from './loader-view.ts';

/** `loaded` gives a library by its name. Throws a Failure for the first version that is missing. */
export function checkVersions(
  objects: readonly LocatedObject[],
  loaded: ReadonlyMap<string, LocatedObject>,
): void {
  for (const { elf, path } of objects) {
    for (const { library, version } of elf.versionsNeeded) {
      const provider = loaded.get(library);
      if (provider === undefined || provider.elf.versionsDefined.length === 0) continue;
      if (provider.elf.versionsDefined.includes(version)) continue;
      throw new Failure(
        `pack ${path}: it needs version ${version} of ${library}, which ${provider.path} does not have`,
        { hint: `the root's ${library} is older than the one ${path} was built for` },
      );
    }
  }
}
