/** Gathers what a configuration adds to the features of an image. */
import { resolveClosure } from '../elf/closure.ts';
import { Failure } from '../failure.ts';
import type { ForeignRoot } from '../root/foreign-root.ts';
import type { RootLoaderView } from '../root/loader-view.ts';
import { closureEntries, entriesOf, treeEntries, type Collection } from './collect-entries.ts';
import type { ImageEntry } from './image-entry.ts';

/** Paths in the root, which are those in the image too. */
export interface OwnContent {
  /** Packed with the libraries that they need. */
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
  const collections = programs.map((path) => collectProgram(path, root, view));
  const own = files.flatMap((path) => treeEntries(path, root, origin) ?? absent(path, root));
  return {
    entries: [...collections.flatMap(({ entries }) => entries), ...own],
    programs: collections.flatMap(({ programs }) => programs),
  };
}

/** It is loaded in the finished image, and not started: nobody knows what it would do. */
function collectProgram(path: string, root: ForeignRoot, view: RootLoaderView): Collection {
  const node = root.locate(path) ?? absent(path, root);
  const elf = node.stats.isFile() ? view.headers(node) : undefined;
  if (elf === undefined) {
    throw new Failure(`pack ${path}: it is no ELF program`, { hint: whoNamesIt });
  }
  const members = resolveClosure({ path: node.path, elf }, view);
  const entries: ImageEntry[] = [
    ...entriesOf(node, origin, true),
    ...closureEntries(members, root, origin),
  ];
  return { entries, programs: [{ path, probe: undefined, static: elf.interpreter === undefined }] };
}

const whoNamesIt = 'the configuration names it in [image] or [hooks], see shutdownramfs config';

function absent(path: string, root: ForeignRoot): never {
  throw new Failure(`pack ${path}: it is not in ${root.directory}`, { hint: whoNamesIt });
}
