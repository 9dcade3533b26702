/**
 * Reads the symbol versions an object needs and defines. A version that is missing stops the
 * program at its start, so it is checked like a library. Source: Linux Standard Base, symbol
 * versioning (Verneed, Vernaux, Verdef, Verdaux).
 */
import type { VersionNeed } from './elf-object.ts';

const weak = 0x2;

/** Entries that overlap could be walked for hours; no library has as many versions. */
const most = 16_384;

/** `text` looks up the dynamic string table. Links that leave the table end the walk. */
export function parseVersionNeeds(
  table: Uint8Array,
  count: number,
  text: (offset: number) => string,
  littleEndian: boolean,
): VersionNeed[] {
  const view = new DataView(table.buffer, table.byteOffset, table.length);
  const needs: VersionNeed[] = [];
  let left = most;
  let at = 0;
  for (let index = 0; index < count && left > 0 && at + 16 <= table.length; index++, left--) {
    const library = text(view.getUint32(at + 4, littleEndian));
    const versions = view.getUint16(at + 2, littleEndian);
    let version = at + view.getUint32(at + 8, littleEndian);
    for (
      let inner = 0;
      inner < versions && left > 0 && version + 16 <= table.length;
      inner++, left--
    ) {
      if ((view.getUint16(version + 4, littleEndian) & weak) === 0) {
        needs.push({ library, version: text(view.getUint32(version + 8, littleEndian)) });
      }
      const next = view.getUint32(version + 12, littleEndian);
      if (next === 0) break;
      version += next;
    }
    const next = view.getUint32(at + 12, littleEndian);
    if (next === 0) break;
    at += next;
  }
  return needs;
}

/** The first name of each definition; the others are its parents, defined on their own. */
export function parseVersionDefinitions(
  table: Uint8Array,
  count: number,
  text: (offset: number) => string,
  littleEndian: boolean,
): string[] {
  const view = new DataView(table.buffer, table.byteOffset, table.length);
  const names: string[] = [];
  let at = 0;
  for (let index = 0; index < Math.min(count, most) && at + 20 <= table.length; index++) {
    const first = at + view.getUint32(at + 12, littleEndian);
    if (first + 8 > table.length) break;
    names.push(text(view.getUint32(first, littleEndian)));
    const next = view.getUint32(at + 16, littleEndian);
    if (next === 0) break;
    at += next;
  }
  return names;
}
