/** pacman's database: `desc` and `files` of each package, words in per cent signs above values. */
import { packageOf, type Package } from './package.ts';

/** Undefined where `desc` is cut off before the version. */
export function parsePacmanPackage(desc: string): Package | undefined {
  const sections = new Map(
    desc.split('\n\n').map((section) => {
      const [heading = '', ...values] = section.trim().split('\n');
      return [heading, values.join(' AND ')];
    }),
  );
  return packageOf(
    {
      name: sections.get('%NAME%'),
      version: sections.get('%VERSION%'),
      architecture: sections.get('%ARCH%'),
      maintainer: sections.get('%PACKAGER%'),
      homepage: sections.get('%URL%'),
      license: sections.get('%LICENSE%'),
    },
    { name: sections.get('%BASE%') ?? '' },
  );
}

/** Of the lines of `files`, which have no slash at the start, the wanted paths. */
export function parsePacmanFiles(files: string, wanted: ReadonlySet<string>): string[] {
  return files
    .split('\n')
    .map((line) => `/${line}`)
    .filter((path) => wanted.has(path));
}
