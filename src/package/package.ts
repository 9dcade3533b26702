/** A package of a root, as the root's own database tells of it. */
export interface Package {
  readonly name: string;
  /** As the manager writes it, with epoch and release where it has them. */
  readonly version: string;
  /** The manager's word for it: `amd64`, `x86_64`, `all`. */
  readonly architecture: string;
  /** What it was built from, where that has another name or version. */
  readonly source?: SourcePackage;
  /** Who answers for it: `Name <address>`. */
  readonly maintainer?: string;
  readonly homepage?: string;
  /** As the package words it, which may be no SPDX expression. */
  readonly license?: string;
}

export interface SourcePackage {
  readonly name: string;
  /** Absent where the database does not tell it. */
  readonly version?: string;
}

export type PackageManager = 'dpkg' | 'apk' | 'pacman' | 'rpm';

/**
 * A package's facts from what a database says of it, without the words it leaves out. Undefined
 * where there is no name or version, which a database has for every package that is there.
 */
export function packageOf(
  facts: Readonly<Record<keyof Omit<Package, 'source'>, string | undefined>>,
  source?: SourcePackage,
): Package | undefined {
  const { name, version, architecture = '' } = facts;
  if (!name || !version) return undefined;
  const isOwnSource =
    source?.name === name && (source.version === undefined || source.version === version);
  return {
    name,
    version,
    architecture,
    ...(source !== undefined && source.name !== '' && !isOwnSource && { source }),
    ...(facts.maintainer && { maintainer: facts.maintainer }),
    ...(facts.homepage && { homepage: facts.homepage }),
    ...(facts.license && { license: facts.license }),
  };
}
