/**
 * The configuration files of a root, by the rules of systemd (systemd.syntax(7), conf_files_list() in
 * src/basic/conf-files.c): one main file and drop-ins, each name from the highest directory that has
 * it, drop-ins in the order of their names whatever their directory. What is empty or leads to
 * /dev/null says nothing, and by that masks its namesakes below.
 */
import { Failure } from '../failure.ts';
import type { ForeignRoot } from '../root/foreign-root.ts';

/** The highest first. */
const directories = ['/etc/shutdownramfs', '/run/shutdownramfs', '/usr/lib/shutdownramfs'];
const mainFile = 'shutdownramfs.toml';
const dropInDirectory = `${mainFile}.d`;

export interface FoundFile {
  /** In the root. */
  readonly path: string;
  readonly text: string;
}

/** In the order in which they count, the last one most. Throws a Failure for what cannot be read. */
export function findConfiguration(root: ForeignRoot): readonly FoundFile[] {
  const main = firstOf(root, directories, (name) => name === mainFile);
  const dropIns = firstOf(
    root,
    directories.map((directory) => `${directory}/${dropInDirectory}`),
    (name) => name.endsWith('.toml') && !name.startsWith('.'),
  );
  return [...main, ...dropIns].flatMap((path) => {
    const text = read(root, path);
    return text === undefined ? [] : [{ path, text }];
  });
}

/** Paths sorted by name, each name in the first directory that has it. */
function firstOf(
  root: ForeignRoot,
  places: readonly string[],
  isWanted: (name: string) => boolean,
): readonly string[] {
  const found = new Map<string, string>();
  for (const directory of places) {
    for (const name of root.list(directory).filter(isWanted)) {
      if (!found.has(name)) found.set(name, `${directory}/${name}`);
    }
  }
  return [...found.keys()].toSorted().flatMap((name) => found.get(name) ?? []);
}

/** Undefined for what masks. The root of an image being made may have no /dev/null. */
function read(root: ForeignRoot, path: string): string | undefined {
  const node = root.locate(path);
  const isNull =
    node === undefined ? root.readLink(path) === '/dev/null' : node.path === '/dev/null';
  if (isNull) return undefined;
  if (node?.stats.isFile() === true) return root.readText(path);
  const reason = node === undefined ? 'the symlink leads nowhere' : 'it is no regular file';
  throw new Failure(`read ${path} in ${root.directory}: ${reason}`);
}
