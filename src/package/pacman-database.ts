import type { ForeignRoot } from '../root/foreign-root.ts';
import type { Package } from './package.ts';
import { parsePacmanFiles, parsePacmanPackage } from './parse-pacman.ts';

const directory = '/var/lib/pacman/local';

/** The owners of the wanted paths; undefined where pacman has installed nothing. */
export function readPacmanDatabase(
  root: ForeignRoot,
  wanted: ReadonlySet<string>,
): ReadonlyMap<string, Package> | undefined {
  const owners = new Map<string, Package>();
  const names = root.list(directory);
  for (const name of names) {
    const files = root.readText(`${directory}/${name}/files`) ?? '';
    const owned = parsePacmanFiles(files, wanted);
    if (owned.length === 0) continue;
    const owner = parsePacmanPackage(root.readText(`${directory}/${name}/desc`) ?? '');
    if (owner !== undefined) for (const path of owned) owners.set(path, owner);
  }
  return names.length === 0 ? undefined : owners;
}
