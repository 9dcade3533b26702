/**
 * Reads `.note.dlopen`: what a program loads at run time, told by its authors. Source:
 * https://systemd.io/ELF_DLOPEN_METADATA/ (note name FDO, type 0x407c0c0a, a JSON array).
 */
import type { DlopenNote } from './elf-object.ts';

const dlopenNote = 0x407c0c0a;

/** The dlopen entries among the notes of one PT_NOTE segment; what is malformed is left out. */
export function parseDlopenNotes(bytes: Uint8Array, littleEndian: boolean): DlopenNote[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const found: DlopenNote[] = [];
  let at = 0;
  while (at + 12 <= bytes.length) {
    const nameSize = view.getUint32(at, littleEndian);
    const size = view.getUint32(at + 4, littleEndian);
    const type = view.getUint32(at + 8, littleEndian);
    const start = at + 12 + aligned(nameSize);
    const text = new TextDecoder().decode(bytes.subarray(start, start + size));
    const name = new TextDecoder().decode(bytes.subarray(at + 12, at + 12 + nameSize));
    if (type === dlopenNote && name === 'FDO\0') found.push(...parseEntries(text));
    at = start + aligned(size);
  }
  return found;
}

function aligned(size: number): number {
  return Math.ceil(size / 4) * 4;
}

function parseEntries(text: string): DlopenNote[] {
  let value: unknown;
  try {
    value = JSON.parse(text.replace(/\0+$/, ''));
  } catch {
    return [];
  }
  return Array.isArray(value) ? value.flatMap(parseEntry) : [];
}

function parseEntry(value: unknown): DlopenNote[] {
  if (typeof value !== 'object' || value === null || !('soname' in value)) return [];
  const sonames = Array.isArray(value.soname) ? value.soname.filter(isText) : [];
  if (sonames.length === 0) return [];
  const priority = 'priority' in value ? value.priority : undefined;
  return [
    {
      sonames,
      // The specification's default where nothing is said.
      priority: priority === 'required' || priority === 'suggested' ? priority : 'recommended',
      feature: 'feature' in value && isText(value.feature) ? value.feature : undefined,
    },
  ];
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}
