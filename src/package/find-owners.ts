/** Which packages the files of a root belong to, by the root's own databases; no program is run. */
import type { ForeignRoot } from '../root/foreign-root.ts';
import { readApkDatabase } from './apk-database.ts';
import { readDpkgDatabase } from './dpkg-database.ts';
import type { Package, PackageManager } from './package.ts';
import { readPacmanDatabase } from './pacman-database.ts';
import { readRpmDatabase } from './rpm-database.ts';

export interface Ownership {
  /** Undefined where the root has the database of none that is known. */
  readonly manager: PackageManager | undefined;
  /** Why the database was not read, where it was not. */
  readonly unread?: string;
  /** By path in the root. */
  readonly owners: ReadonlyMap<string, Package>;
}

/** `paths` are absolute in the root and free of symlinks. */
export function findOwners(root: ForeignRoot, paths: Iterable<string>): Ownership {
  const aliases = directoryAliases(root);
  const pathOf = new Map<string, string>();
  for (const path of paths) {
    pathOf.set(path, path);
    for (const name of namesOf(path, aliases)) if (!pathOf.has(name)) pathOf.set(name, path);
  }
  const { owners, ...database } = readDatabase(root, new Set(pathOf.keys()));
  const found = new Map<string, Package>();
  for (const [name, path] of pathOf) {
    const owner = owners.get(name);
    if (owner !== undefined && !found.has(path)) found.set(path, owner);
  }
  return { ...database, owners: found };
}

function readDatabase(root: ForeignRoot, wanted: ReadonlySet<string>): Ownership {
  const readers = { dpkg: readDpkgDatabase, apk: readApkDatabase, pacman: readPacmanDatabase };
  let first: Ownership | undefined;
  for (const manager of ['dpkg', 'apk', 'pacman'] as const) {
    const owners = readers[manager](root, wanted);
    if (owners === undefined) continue;
    // A system may have the tools, and so the empty database, of another.
    if (owners.size > 0) return { manager, owners };
    first ??= { manager, owners };
  }
  const rpm = readRpmDatabase(root, wanted);
  if (rpm !== undefined && (rpm.owners.size > 0 || first === undefined)) {
    return { manager: 'rpm', ...rpm };
  }
  return first ?? { manager: undefined, owners: new Map() };
}

interface DirectoryAlias {
  readonly name: string;
  readonly path: string;
}

/**
 * Directories that are symlinks since /usr was merged. A database keeps the names of files as their
 * packages have them, which may be the older ones.
 */
function directoryAliases(root: ForeignRoot): DirectoryAlias[] {
  const names = ['bin', 'sbin', 'lib', 'lib32', 'lib64', 'libx32'];
  return names
    .flatMap((name) => [`/${name}`, `/usr/${name}`])
    .flatMap((name) => {
      const path = root.locate(name)?.path;
      return path === undefined || path === name ? [] : [{ name, path }];
    });
}

function namesOf(path: string, aliases: readonly DirectoryAlias[]): string[] {
  return aliases
    .filter((alias) => path.startsWith(`${alias.path}/`))
    .map((alias) => `${alias.name}${path.slice(alias.path.length)}`);
}
