/** Gathers what a configuration adds to the features of an image. */
import { Failure } from '../failure.ts';
import type { ForeignRoot } from '../root/foreign-root.ts';
import type { RootLoaderView } from '../root/loader-view.ts';
import { treeEntries, type Collection } from './collect-entries.ts';
import { collectProgram } from './collect-program.ts';

/** Paths in the root, which are those in the image too. */
export interface OwnContent {
  /** Packed with the libraries that they need; scripts with their interpreters. */
  readonly programs: readonly string[];
  /** Files, or directories with all that is below. */
  readonly files: readonly string[];
}

const origin = 'own';

/** Throws a Failure for what is not there or cannot be packed. */
export function collectOwn(
  { programs, files }: OwnContent,
  root: ForeignRoot,
  view: RootLoaderView,
): Collection {
  // They are loaded in the finished image, and not started: nobody knows what they would do.
  const collections = programs.map(
    (path) => collectProgram(path, { root, view, origin }) ?? absent(path, root),
  );
  const own = files.flatMap((path) => treeEntries(path, root, origin) ?? absent(path, root));
  return {
    entries: [...collections.flatMap(({ entries }) => entries), ...own],
    programs: collections.flatMap(({ programs }) => programs),
  };
}

const whoNamesIt = 'the configuration names it in [image] or [hooks], see shutdownramfs config';

function absent(path: string, root: ForeignRoot): never {
  throw new Failure(`pack ${path}: it is not in ${root.directory}`, { hint: whoNamesIt });
}
