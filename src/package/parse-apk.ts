/** apk's database, one file of paragraphs whose fields have one letter (apk-tools' doc/apk-db.5). */
import { packageOf, type Package } from './package.ts';

/** Calls `own` for each of the wanted paths with the package it belongs to. */
export function parseApk(
  text: string,
  wanted: ReadonlySet<string>,
  own: (path: string, owner: Package) => void,
): void {
  for (const paragraph of text.split('\n\n')) {
    const fields = new Map<string, string>();
    const owned: string[] = [];
    let directory = '';
    for (const line of paragraph.split('\n')) {
      const value = line.slice(2);
      if (line.startsWith('F:')) directory = value === '' ? '' : `/${value}`;
      else if (line.startsWith('R:')) {
        const path = `${directory}/${value}`;
        if (wanted.has(path)) owned.push(path);
      } else if (line[1] === ':') fields.set(line.slice(0, 1), value);
    }
    if (owned.length === 0) continue;
    const owner = packageOf(
      {
        name: fields.get('P'),
        version: fields.get('V'),
        architecture: fields.get('A'),
        maintainer: fields.get('m'),
        homepage: fields.get('U'),
        license: fields.get('L'),
      },
      { name: fields.get('o') ?? '' },
    );
    if (owner !== undefined) for (const path of owned) own(path, owner);
  }
}
