/** Package URLs, by which databases of vulnerabilities know packages (ECMA-427). */
import type { BundledPackage, ManifestRoot } from '../image/image-manifest.ts';
import type { Package, PackageManager } from '../package/package.ts';

const types = { dpkg: 'deb', apk: 'apk', pacman: 'alpm', rpm: 'rpm' } as const satisfies Record<
  PackageManager,
  string
>;

/** The distribution to whose packages a manager's names belong where the root tells none. */
const usual = { dpkg: 'debian', apk: 'alpine', pacman: 'arch', rpm: undefined } as const;

/** Of a package of a root; undefined where its manager is not known. */
export function packageUrl(
  { name, version, architecture }: Pick<Package, 'name' | 'version' | 'architecture'>,
  { packageManager: manager, id, versionId }: ManifestRoot,
): string | undefined {
  if (manager === undefined) return undefined;
  // rpm's epoch is a word of its own.
  const [, epoch, rest = version] = (manager === 'rpm' && /^(\d+):(.*)$/.exec(version)) || [];
  return join(types[manager], id ?? usual[manager], name, rest, {
    arch: architecture,
    distro: id === undefined || versionId === undefined ? '' : `${id}-${versionId}`,
    epoch: epoch ?? '',
  });
}

export function npmPackageUrl({ name, version }: BundledPackage): string {
  const [, scope, own = name] = /^(@[^/]+)\/(.*)$/.exec(name) ?? [];
  return join('npm', scope, own, version, {});
}

/** Of what comes from nobody's packages. */
export function genericPackageUrl(name: string, version: string): string {
  return join('generic', undefined, name, version, {});
}

function join(
  type: string,
  namespace: string | undefined,
  name: string,
  version: string,
  qualifiers: Readonly<Record<string, string>>,
): string {
  const path = [type, ...(namespace === undefined ? [] : [encode(namespace)]), encode(name)];
  const words = Object.entries(qualifiers)
    .filter(([, value]) => value !== '')
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(([key, value]) => `${key}=${encode(value)}`);
  const query = words.length === 0 ? '' : `?${words.join('&')}`;
  return `pkg:${path.join('/')}@${encode(version)}${query}`;
}

/** A colon stands for itself. */
function encode(text: string): string {
  const encoded = encodeURIComponent(text).replaceAll('%3A', ':');
  return encoded.replaceAll(
    /[!'()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
