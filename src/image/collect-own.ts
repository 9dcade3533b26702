/** Gathers what a configuration adds to the features of an image. */
import { resolveClosure } from '../elf/closure.ts';
import {
  interpreterLength,
  parseInterpreter,
  programOfEnv,
  type ScriptInterpreter,
} from '../elf/parse-interpreter.ts';
import { Failure } from '../failure.ts';
import type { ForeignRoot, LocatedNode } from '../root/foreign-root.ts';
import type { RootLoaderView } from '../root/loader-view.ts';
import {
  closureEntries,
  entriesOf,
  linkEntries,
  treeEntries,
  type Collection,
} from './collect-entries.ts';
import { mergedPath } from './merged-path.ts';

/** Paths in the root, which are those in the image too. */
export interface OwnContent {
  /** ELF programs and scripts, packed with the libraries and interpreters that they need. */
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

/**
 * An ELF program, or a script with what interprets it. It is loaded in the finished image, and not
 * started: nobody knows what it would do.
 */
function collectProgram(
  path: string,
  root: ForeignRoot,
  view: RootLoaderView,
  scripts: readonly string[] = [],
): Collection {
  const node = root.locate(path) ?? absent(path, root);
  // There the image has the guard's, which is the same shell; only the way to it is missing.
  if (mergedPath(node.path) === busybox)
    return { entries: linkEntries(node, origin), programs: [] };
  const elf = node.stats.isFile() ? view.headers(node) : undefined;
  if (elf === undefined) return collectScript(path, node, root, view, scripts);
  const members = resolveClosure({ path: node.path, elf }, view);
  return {
    entries: [...entriesOf(node, origin, true), ...closureEntries(members, root, origin)],
    programs: [{ path, probe: undefined, static: elf.interpreter === undefined }],
  };
}

function collectScript(
  path: string,
  node: LocatedNode,
  root: ForeignRoot,
  view: RootLoaderView,
  scripts: readonly string[],
): Collection {
  const start = node.stats.isFile()
    ? root.open(node, (read) => read(0, interpreterLength))
    : new Uint8Array();
  const interpreter = parseInterpreter(start);
  if (interpreter === undefined) {
    throw new Failure(`pack ${path}: it is neither an ELF program nor a script`, {
      hint: whoNamesIt,
    });
  }
  const seen = [...scripts, node.path];
  const collections = [interpreter.path, ...searchedBy(interpreter, root)].map((program) => {
    const found = root.locate(program);
    if (found !== undefined && !seen.includes(found.path)) {
      return collectProgram(program, root, view, seen);
    }
    const reason = found === undefined ? `is not in ${root.directory}` : 'needs it itself';
    throw new Failure(`pack ${path}: ${program}, which is to interpret it, ${reason}`, {
      hint: 'install it there, or name another in the first line of the script',
    });
  });
  return {
    entries: [...entriesOf(node, origin, true), ...collections.flatMap(({ entries }) => entries)],
    programs: collections.flatMap((collection) => collection.programs),
  };
}

/** What env(1) starts, where the exitrd's PATH has it. */
function searchedBy(interpreter: ScriptInterpreter, root: ForeignRoot): readonly string[] {
  const name = programOfEnv(interpreter);
  if (name === undefined) return [];
  const places = name.includes('/') ? [name] : searchPath.map((place) => `${place}/${name}`);
  const found = places.find((place) => root.locate(place)?.stats.isFile() === true);
  return [found ?? places[0] ?? name];
}

const busybox = '/usr/bin/busybox';
const searchPath = ['/usr/sbin', '/usr/bin', '/sbin', '/bin'];
const whoNamesIt = 'the configuration names it in [image] or [hooks], see shutdownramfs config';

function absent(path: string, root: ForeignRoot): never {
  throw new Failure(`pack ${path}: it is not in ${root.directory}`, { hint: whoNamesIt });
}
