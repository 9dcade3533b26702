/** dpkg's database: paragraphs of /var/lib/dpkg/status, and diversions (deb822(5), dpkg-divert(1)). */
import { packageOf, type Package } from './package.ts';

/** The name and, of packages that several architectures may have, the architecture. */
export interface DpkgName {
  readonly name: string;
  readonly architecture: string | undefined;
}

/** What `info/NAME.list` or `info/NAME:ARCHITECTURE.list` lists; undefined for other files. */
export function parseListName(file: string): DpkgName | undefined {
  const [, name, architecture] = /^([^:]+)(?::([^:]+))?\.list$/.exec(file) ?? [];
  return name === undefined ? undefined : { name, architecture };
}

/** The package of that name, where the status has it with its version. */
export function parseDpkgPackage(
  paragraphs: readonly string[],
  { name, architecture }: DpkgName,
): Package | undefined {
  for (const paragraph of paragraphs) {
    // Most of them are passed over by this.
    if (!paragraph.startsWith(`Package: ${name}\n`)) continue;
    const field = (key: string) =>
      new RegExp(`^${key}:[ \\t]*(.*)$`, 'm').exec(paragraph)?.[1]?.trim();
    const own = field('Architecture');
    if (architecture !== undefined && own !== architecture) continue;
    const [, source = '', version] = /^(\S+)(?:\s+\((.+)\))?$/.exec(field('Source') ?? '') ?? [];
    const found = packageOf(
      {
        name,
        version: field('Version'),
        architecture: own,
        maintainer: field('Maintainer'),
        homepage: field('Homepage'),
        license: undefined,
      },
      { name: source, ...(version !== undefined && { version }) },
    );
    if (found !== undefined) return found;
  }
  return undefined;
}

/** One file that a package has moved out of its way. */
export interface Diversion {
  /** The name in the other packages' lists. */
  readonly from: string;
  /** Where that file is instead. */
  readonly to: string;
  /** Whose own file is at `from`; `:` for the administrator's. */
  readonly by: string;
}

export function parseDiversions(text: string): Diversion[] {
  const lines = text.split('\n');
  const diversions: Diversion[] = [];
  for (let at = 0; at + 2 < lines.length; at += 3) {
    const [from = '', to = '', by = ''] = lines.slice(at, at + 3);
    diversions.push({ from, to, by });
  }
  return diversions;
}
