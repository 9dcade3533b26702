/** Which kernels of a root could not mount what holds the image. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Kernel releases below /lib/modules that have not all of the modules, as files or built in. */
export async function kernelsWithout(root: string, modules: readonly string[]): Promise<string[]> {
  const directory = join(root, 'usr/lib/modules');
  const releases: string[] = await readdir(directory).catch(() => []);
  const lacking: string[] = [];
  for (const release of releases.toSorted()) {
    const lists = await Promise.all(
      ['modules.dep', 'modules.builtin'].map((name) =>
        readFile(join(directory, release, name), 'utf8').catch(() => ''),
      ),
    );
    // A directory without lists belongs to no kernel that is installed.
    if (lists.every((list) => list === '')) continue;
    const known = parseModuleNames(lists.join('\n'));
    if (modules.some((module) => !known.has(module))) lacking.push(release);
  }
  return lacking;
}

/** The names in modules.dep (`PATH: PATH…`) and modules.builtin (`PATH`), without their suffixes. */
export function parseModuleNames(lists: string): ReadonlySet<string> {
  const names = lists
    .split('\n')
    .map((line) => line.split(':', 1)[0] ?? '')
    .map((path) => path.slice(path.lastIndexOf('/') + 1).replace(/\.ko(?:\.\w+)?$/, ''));
  return new Set(names.filter(Boolean).map((name) => name.replaceAll('-', '_')));
}
