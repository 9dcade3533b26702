/**
 * The closure of a program: every file its loader maps, found by the loader's own rules in the root
 * it will run from. A library that is missing here would be a kernel panic at shutdown.
 */
import { checkVersions } from './check-versions.ts';
import { sameArchitecture, type DlopenNote } from './elf-object.ts';
import { findLibrary, type FoundLibrary, type NotFound } from './find-library.ts';
import {
  expandName,
  isLoaderItself,
  type Requester,
  type SystemDirectories,
} from './library-search.ts';
import type { LoaderView, LocatedObject } from './loader-view.ts';
import { missingLibrary } from './missing-library.ts';
import { runTimeLoadsOf } from './run-time-loads.ts';

export interface ClosureMember extends LocatedObject {
  /** The path at which the loader finds it, before symlinks are resolved. */
  readonly found: string;
  /** The name it was asked for by, `$` words replaced, and by whom. */
  readonly name: string;
  readonly neededBy: string;
  /**
   * Where a loader without ld.so.conf's cache would find it, when that is not where it was found: a
   * path that the image must offer too.
   */
  readonly offeredAt: string | undefined;
}

export interface ClosureOptions {
  /** Follow dlopen notes of these features only; all where absent. */
  readonly dlopenFeatures?: readonly string[];
  /** What the loader maps before the program runs, and nothing of what it loads later. */
  readonly startOnly?: boolean;
}

type Loaded = Requester & ClosureMember;

/**
 * The files besides the program itself, in the order they are loaded. Throws a Failure that names a
 * missing library, who needs it and where it was looked for.
 */
export function resolveClosure(
  program: LocatedObject,
  view: LoaderView,
  options: ClosureOptions = {},
): ClosureMember[] {
  const { interpreter } = program.elf;
  if (interpreter === undefined) return [];
  const self: Requester = { ...program, found: program.path, loadedBy: undefined };
  const loader = view.object(interpreter);
  if (loader === undefined || !sameArchitecture(loader.elf, program.elf)) {
    throw missingLibrary(interpreter, self, { searched: [], foreign: loader !== undefined }, view);
  }
  const system = view.system(loader, interpreter);
  const loaded = new Map<string, Loaded>();
  const members: Loaded[] = [];

  const take = (name: string, by: Requester, { object, found, offeredAt }: FoundLibrary): void => {
    const known = members.find(({ path }) => path === object.path);
    const member = known ?? { ...object, found, name, neededBy: by.path, offeredAt, loadedBy: by };
    loaded.set(name, member);
    // musl's loader knows libraries by their files' names alone.
    const { soname } = object.elf;
    if (soname !== undefined && system.family === 'glibc') loaded.set(soname, member);
    if (known === undefined) members.push(member);
  };
  const load = (name: string, by: Requester): NotFound | undefined => {
    const wanted = expandName(name, by, system);
    if (loaded.has(wanted) || isLoaderItself(wanted, system)) return undefined;
    const result = findLibrary(wanted, by, system, view);
    if (!('object' in result)) return result;
    take(wanted, by, result);
    return undefined;
  };
  const need = (name: string, by: Requester): void => {
    const absence = load(name, by);
    if (absence !== undefined) throw missingLibrary(name, by, absence, view);
  };

  take(interpreter, self, { object: loader, found: interpreter, offeredAt: undefined });
  const libraries = (): readonly Requester[] => [self, ...members];
  let followed = 0;
  let noted = 0;
  // What is loaded at run time comes after all that is loaded at the start, as it does in a process.
  while (followed < libraries().length || noted < libraries().length) {
    const next = libraries()[followed];
    if (next !== undefined) {
      followed++;
      for (const name of next.elf.needed) need(name, next);
      if (system.family === 'glibc') for (const name of next.elf.auxiliary) load(name, next);
      continue;
    }
    const object = libraries()[noted++];
    if (object === undefined || options.startOnly === true) break;
    for (const name of loadsByTable(object, system)) need(name, object);
    for (const note of object.elf.dlopen) followNote(note, object, load, view, options);
  }
  // musl's loader knows no versions.
  if (system.family === 'glibc') checkVersions(libraries(), loaded);
  return members;
}

function followNote(
  note: DlopenNote,
  by: Requester,
  load: (name: string, by: Requester) => NotFound | undefined,
  view: LoaderView,
  { dlopenFeatures }: ClosureOptions,
): void {
  if (note.priority === 'suggested') return;
  if (dlopenFeatures !== undefined && !dlopenFeatures.includes(note.feature ?? '')) return;
  let absence: NotFound = { searched: [] };
  for (const name of note.sonames) {
    const result = load(name, by);
    if (result === undefined) return;
    absence = result;
  }
  if (note.priority === 'required') {
    throw missingLibrary(note.sonames.join(' or '), by, absence, view);
  }
}

/** glibc's own libraries only define the functions, and with musl a thread just ends. */
function loadsByTable(object: Requester, { family }: SystemDirectories): readonly string[] {
  const isLibc = /^(?:libc|libpthread)\.so\.|^ld-/.test(object.elf.soname ?? '');
  if (family !== 'glibc' || isLibc) return [];
  return runTimeLoadsOf(object).flatMap(({ takes }) => takes);
}
