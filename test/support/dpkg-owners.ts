/** Which packages files belong to, by dpkg's own answer. */
import { execa } from 'execa';
import type { Package } from '../../src/package/package.ts';

type Owner = Pick<Package, 'name' | 'version' | 'architecture'>;

/**
 * By path. `paths` are of a merged /usr, and looked for under their older names too.
 */
export async function dpkgOwners(
  root: string,
  paths: readonly string[],
): Promise<ReadonlyMap<string, Owner>> {
  const admin = ['--admindir', `${root.replace(/\/$/, '')}/var/lib/dpkg`];
  const format = '${binary:Package} ${Package} ${Version} ${Architecture}\\n';
  const words = [...admin, '--show', '--showformat', format];
  const { stdout: packages } = await execa('dpkg-query', words);
  const owners = new Map<string, Owner>();
  for (const line of packages.split('\n').filter(Boolean)) {
    const [key = '', name = '', version = '', architecture = ''] = line.split(' ');
    owners.set(key, { name, version, architecture });
  }
  const { stdout: found } = await execa(
    'dpkg-query',
    [...admin, '--search', ...paths.flatMap((path) => [path, path.replace(/^\/usr/, '')])],
    // It fails where one is not found.
    { reject: false },
  );
  const told = new Map<string, Owner>();
  for (const line of found.split('\n')) {
    const [, key = '', path = ''] = /^([^ ,]+)(?:, [^ ]+)*: (\/.*)$/.exec(line) ?? [];
    const merged = path.startsWith('/usr/') ? path : `/usr${path}`;
    const owner = owners.get(key);
    if (owner !== undefined) told.set(merged, owner);
  }
  return told;
}

/** Without diverted files, of which dpkg tells two owners or none. */
export async function undiverted(root: string, paths: readonly string[]): Promise<string[]> {
  const admin = `${root.replace(/\/$/, '')}/var/lib/dpkg`;
  const { stdout } = await execa('dpkg-divert', ['--admindir', admin, '--list']);
  const diverted = new Set(stdout.match(/\/\S+/g)?.map((path) => path.replace(/:$/, '')));
  return paths.filter((path) => !diverted.has(path));
}
