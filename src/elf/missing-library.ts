/** Says what is missing, who needs it and what can be done. */
import { Failure } from '../failure.ts';
import type { NotFound } from './find-library.ts';
import { machineName } from './machine-name.ts';
import type { Requester } from './library-search.ts';
import type { LoaderView } from './loader-view.ts';

/** Below a directory of libraries: builds of the same for newer processors (ld.so(8)). */
const newerProcessors = 'x86-64-v2 x86-64-v3 x86-64-v4 power9 power10 z13 z14 z15 z16'.split(' ');

export function missingLibrary(
  name: string,
  { path, elf }: Requester,
  { searched, obstacle, foreign }: NotFound,
  view: LoaderView,
): Failure {
  const needs = `pack ${path}: ${name}, which it needs,`;
  const debian = debianPackageOf(name);
  const apt = debian === undefined ? '' : ` (Debian: apt install ${debian})`;
  if (foreign === true) {
    return new Failure(`${needs} is for another architecture`, {
      hint: `install the one for ${machineName(elf)}${apt}`,
    });
  }
  if (obstacle !== undefined) {
    return new Failure(`${needs} cannot be loaded: ${obstacle.path} is ${obstacle.what}`, {
      hint: `${path} looks there first; take it away or put the library there`,
    });
  }
  const newer = searched
    .flatMap((directory) =>
      newerProcessors.map((processor) => `${directory}/glibc-hwcaps/${processor}/${name}`),
    )
    .find((place) => view.object(place) !== undefined);
  const where = searched.length === 0 ? '' : `searched ${searched.join(', ')}; `;
  const only = newer === undefined ? '' : `${newer} serves newer processors only; `;
  return new Failure(`${needs} is not in the root`, {
    hint: `${where}${only}install the package that holds it${apt}`,
  });
}

/** Debian Policy 8.1 names a library's package after its soname. */
function debianPackageOf(name: string): string | undefined {
  const [, stem, version] = /^(lib[\w.+-]+)\.so\.([\d.]+)$/.exec(name) ?? [];
  if (stem === undefined || version === undefined) return undefined;
  const separator = /\d$/.test(stem) ? '-' : '';
  return `${stem}${separator}${version}`.toLowerCase().replaceAll('_', '-');
}
