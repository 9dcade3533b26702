/** Finds one library where its loader would find it. */
import { sameArchitecture } from './elf-object.ts';
import { searchDirectories, type Requester, type SystemDirectories } from './library-search.ts';
import type { LoaderView, LocatedObject } from './loader-view.ts';

export interface FoundLibrary {
  readonly object: LocatedObject;
  /** The path at which it was found, symlinks kept. */
  readonly found: string;
  /** Where a loader without the root's settings finds it, when that is elsewhere. */
  readonly offeredAt: string | undefined;
}

export interface NotFound {
  /** Directories, in order; none for a name that is a path. */
  readonly searched: readonly string[];
  /** A path where the loader gives up, and what is there: `a directory`. */
  readonly obstacle?: { readonly path: string; readonly what: string };
  /** It is there, for another architecture. */
  readonly foreign?: boolean;
}

/** `name` as the loader has it, its `$` words replaced. */
export function findLibrary(
  name: string,
  by: Requester,
  system: SystemDirectories,
  view: LoaderView,
): FoundLibrary | NotFound {
  if (name.includes('/')) return findPath(name, by, view);
  const { own, configured, builtIn } = searchDirectories(by, system);
  const searched = [...new Set([...own, ...configured, ...builtIn])];
  for (const directory of searched) {
    const found = `${directory.replace(/\/$/, '')}/${name}`;
    const object = view.object(found);
    if (object !== undefined && sameArchitecture(object.elf, by.elf)) {
      const known = own.includes(directory) || system.builtIn.includes(directory);
      return { object, found, offeredAt: known ? undefined : `${system.builtIn[0]}/${name}` };
    }
    // A cache holds no such thing, but what a loader opens itself must be a library: glibc's passes
    // over none but those for other machines, musl's over none at all.
    const opens = own.includes(directory) || system.family === 'musl';
    const what = object === undefined ? view.obstacle(found) : 'for another architecture';
    if (!opens || what === undefined) continue;
    if (object === undefined || system.family === 'musl') {
      return { searched, obstacle: { path: found, what } };
    }
  }
  return { searched };
}

function findPath(path: string, by: Requester, view: LoaderView): FoundLibrary | NotFound {
  // Else it is relative to a working directory that PID 1 does not have.
  const object = path.startsWith('/') ? view.object(path) : undefined;
  if (object === undefined) return { searched: [] };
  if (!sameArchitecture(object.elf, by.elf)) return { searched: [], foreign: true };
  return { object, found: path, offeredAt: undefined };
}
