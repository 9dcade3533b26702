/**
 * rpm's database where it is one of SQLite, as on Fedora and on Red Hat's systems since 9: a table of
 * headers, and one that finds them by the names of files (rpm's lib/backend/sqlite.cc).
 */
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { reasonOf } from '../failure.ts';
import type { ForeignRoot, LocatedNode } from '../root/foreign-root.ts';
import type { Package } from './package.ts';
import { parseRpmHeader } from './parse-rpm-header.ts';

const directories = ['/usr/lib/sysimage/rpm', '/var/lib/rpm'];

export interface RpmDatabase {
  readonly owners: ReadonlyMap<string, Package>;
  /** Why it was not read, where it was not. */
  readonly unread?: string;
}

/** The owners of the wanted paths; undefined where rpm has installed nothing. */
export function readRpmDatabase(
  root: ForeignRoot,
  wanted: ReadonlySet<string>,
): RpmDatabase | undefined {
  for (const directory of directories) {
    const file = root.locate(`${directory}/rpmdb.sqlite`);
    if (file?.stats.isFile() === true) return readSqlite(root, file, wanted);
    for (const name of ['Packages', 'Packages.db']) {
      const other = root.locate(`${directory}/${name}`);
      if (other?.stats.isFile() !== true) continue;
      const format = name === 'Packages' ? 'Berkeley DB' : "rpm's own format ndb";
      return { owners: new Map(), unread: `it is in ${format}, only SQLite is read` };
    }
  }
  return undefined;
}

function readSqlite(
  root: ForeignRoot,
  file: LocatedNode,
  wanted: ReadonlySet<string>,
): RpmDatabase {
  const log = root.locate(`${file.path}-wal`);
  const isInUse = log !== undefined && log.stats.size > 0;
  const copies = isInUse ? mkdtempSync(join(tmpdir(), 'shutdownramfs-')) : undefined;
  try {
    let path = file.hostPath;
    if (copies !== undefined && log !== undefined) {
      path = join(copies, basename(file.path));
      copyFileSync(file.hostPath, path);
      copyFileSync(log.hostPath, `${path}-wal`);
    }
    return { owners: findByName(path, copies === undefined, wanted) };
  } catch (error) {
    if (reasonOf(error) !== 'ERR_SQLITE_ERROR') throw error;
    return { owners: new Map(), unread: 'it is damaged' };
  } finally {
    if (copies !== undefined) rmSync(copies, { recursive: true, force: true });
  }
}

function findByName(
  path: string,
  immutable: boolean,
  wanted: ReadonlySet<string>,
): ReadonlyMap<string, Package> {
  const { DatabaseSync } = process.getBuiltinModule('node:sqlite');
  const url = pathToFileURL(path);
  // Else SQLite would make files of its own beside it.
  if (immutable) url.searchParams.set('immutable', '1');
  const database = new DatabaseSync(url, { readOnly: immutable });
  try {
    const byName = database.prepare("SELECT DISTINCT hnum FROM 'Basenames' WHERE key = ?");
    const byNumber = database.prepare("SELECT blob FROM 'Packages' WHERE hnum = ?");
    const names = new Set([...wanted].map((path) => path.slice(path.lastIndexOf('/') + 1)));
    const numbers = new Set([...names].flatMap((name) => byName.all(name).map(({ hnum }) => hnum)));
    const owners = new Map<string, Package>();
    for (const number of [...numbers].toSorted((one, other) => Number(one) - Number(other))) {
      const blob = byNumber.get(number ?? null)?.['blob'];
      const header = blob instanceof Uint8Array ? parseRpmHeader(blob) : undefined;
      if (header === undefined) continue;
      for (const owned of header.paths.filter((owned) => wanted.has(owned))) {
        if (!owners.has(owned)) owners.set(owned, header.package);
      }
    }
    return owners;
  } finally {
    database.close();
  }
}
