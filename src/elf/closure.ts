/**
 * The closure of a program: every file its loader maps, found by the loader's own rules in the root
 * it will run from. A library that is missing here would be a kernel panic at shutdown.
 */
import { Failure } from '../failure.ts';
import { sameArchitecture, type DlopenNote, type ElfObject } from './elf-object.ts';
import { ownDirectories, type Requester, type SystemDirectories } from './library-search.ts';

/** The root as the loader sees it. */
export interface LoaderView {
  /** The ELF file a path leads to; undefined where there is none. */
  object(path: string): LocatedObject | undefined;
  system(interpreter: LocatedObject): SystemDirectories;
}

export interface LocatedObject {
  /** Symlinks resolved, inside the root. */
  readonly path: string;
  readonly elf: ElfObject;
}

export interface ClosureMember extends LocatedObject {
  /** The path at which the loader finds it, before symlinks are resolved. */
  readonly found: string;
  /** The name it was asked for by, and by whom. */
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
}

interface Loaded extends Requester, ClosureMember {}

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
  const loader = view.object(interpreter);
  if (loader === undefined || !sameArchitecture(loader.elf, program.elf)) {
    throw missing(interpreter, program.path, [], loader === undefined ? 'missing' : 'foreign');
  }
  const system = view.system(loader);
  const loaded = new Map<string, Loaded>();
  const members: Loaded[] = [];

  const take = (
    object: LocatedObject,
    found: string,
    name: string,
    by: Requester,
    offeredAt?: string,
  ): void => {
    const known = members.find(({ path }) => path === object.path);
    const member = known ?? { ...object, found, name, neededBy: by.path, offeredAt, loadedBy: by };
    loaded.set(name, member);
    if (object.elf.soname !== undefined) loaded.set(object.elf.soname, member);
    if (known === undefined) members.push(member);
  };
  const load = (name: string, by: Requester): readonly string[] | undefined => {
    if (loaded.has(name)) return undefined;
    if (name.includes('/')) {
      const object = view.object(name);
      if (object === undefined) return [];
      take(object, name, name, by);
      return undefined;
    }
    const own = ownDirectories(by);
    const directories = [...new Set([...own, ...system.configured, ...system.builtIn])];
    for (const directory of directories) {
      const found = `${directory.replace(/\/$/, '')}/${name}`;
      const object = view.object(found);
      if (object === undefined || !sameArchitecture(object.elf, program.elf)) continue;
      const byCacheOnly = !own.includes(directory) && !system.builtIn.includes(directory);
      take(object, found, name, by, byCacheOnly ? `${system.builtIn[0]}/${name}` : undefined);
      return undefined;
    }
    return directories;
  };
  const need = (name: string, by: Requester): void => {
    const searched = load(name, by);
    if (searched !== undefined) throw missing(name, by.path, searched, 'missing');
  };

  const self: Requester = { ...program, loadedBy: undefined };
  take(loader, interpreter, interpreter, self);
  const libraries = (): readonly Requester[] => [self, ...members];
  let followed = 0;
  let noted = 0;
  // What is loaded at run time comes after all that is loaded at the start, as it does in a process.
  while (followed < libraries().length || noted < libraries().length) {
    const next = libraries()[followed];
    if (next !== undefined) {
      followed++;
      for (const name of next.elf.needed) need(name, next);
      continue;
    }
    const object = libraries()[noted++];
    if (object === undefined) break;
    if (object.elf.unwindsThreads && !isThreadLibrary(object.elf)) need('libgcc_s.so.1', object);
    for (const note of object.elf.dlopen) followNote(note, object, load, options);
  }
  checkVersions(libraries(), loaded);
  return members;
}

function followNote(
  note: DlopenNote,
  by: Requester,
  load: (name: string, by: Requester) => readonly string[] | undefined,
  { dlopenFeatures }: ClosureOptions,
): void {
  if (note.priority === 'suggested') return;
  if (dlopenFeatures !== undefined && !dlopenFeatures.includes(note.feature ?? '')) return;
  let searched: readonly string[] | undefined;
  for (const name of note.sonames) {
    searched = load(name, by);
    if (searched === undefined) return;
  }
  if (note.priority === 'required') {
    throw missing(note.sonames.join(' or '), by.path, searched ?? [], 'missing');
  }
}

/** Defines the two functions instead of calling them. */
function isThreadLibrary({ soname }: ElfObject): boolean {
  return /^(?:libc|libpthread)\.so\.|^ld-/.test(soname ?? '');
}

function checkVersions(
  objects: readonly Requester[],
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

function missing(
  name: string,
  by: string,
  searched: readonly string[],
  how: 'missing' | 'foreign',
): Failure {
  const reason = how === 'missing' ? 'is not in the root' : 'is for another architecture';
  const where = searched.length === 0 ? '' : `searched ${searched.join(', ')}; `;
  const debian = debianPackageOf(name);
  return new Failure(`pack ${by}: ${name}, which it needs, ${reason}`, {
    hint: `${where}install the package that holds it${debian === undefined ? '' : ` (Debian: apt install ${debian})`}`,
  });
}

/** Debian Policy 8.1 names a library's package after its soname. */
function debianPackageOf(name: string): string | undefined {
  const [, stem, version] = /^(lib[\w.+-]+)\.so\.([\d.]+)$/.exec(name) ?? [];
  if (stem === undefined || version === undefined) return undefined;
  const separator = /\d$/.test(stem) ? '-' : '';
  return `${stem}${separator}${version}`.toLowerCase().replaceAll('_', '-');
}
