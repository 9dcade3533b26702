import type { ForeignRoot } from '../root/foreign-root.ts';
import type { Package } from './package.ts';
import { parseApk } from './parse-apk.ts';

/** Since a merged /usr the database is there too. */
const files = ['/lib/apk/db/installed', '/usr/lib/apk/db/installed'];

/** The owners of the wanted paths; undefined where apk has installed nothing. */
export function readApkDatabase(
  root: ForeignRoot,
  wanted: ReadonlySet<string>,
): ReadonlyMap<string, Package> | undefined {
  const text = files.map((file) => root.readText(file)).find(Boolean);
  if (text === undefined) return undefined;
  const owners = new Map<string, Package>();
  parseApk(text, wanted, (path, owner) => owners.set(path, owner));
  return owners;
}
