/** What strip(1) does, for any architecture and with the same bytes whatever binutils is there. */
import { Failure } from '../../src/failure.ts';
import { readSections, readSegments, sectionHeaderSize, type Section } from './elf-file.ts';

const loaded = 0x2n;
const stringTable = 3;

/** A program without the sections that are never loaded: symbols, debugging, the linker's notes. */
export function dropSymbols(elf: Buffer): Buffer {
  const sections = readSections(elf);
  const kept = sections.filter(
    ({ type, flags }, index) => index === 0 || (type !== 0 && (flags & loaded) !== 0n),
  );
  const end = Math.max(...readSegments(elf).map(({ offset, fileSize }) => offset + fileSize));
  const names = nameTable(kept);
  const namesAt = align(end);
  const tableAt = align(namesAt + names.bytes.length);
  const result = Buffer.alloc(tableAt + (kept.length + 1) * sectionHeaderSize);
  elf.copy(result, 0, 0, end);
  names.bytes.copy(result, namesAt);
  for (const [index, section] of kept.entries()) {
    const at = tableAt + index * sectionHeaderSize;
    elf.copy(result, at, section.header, section.header + sectionHeaderSize);
    if (index === 0) continue;
    result.writeUInt32LE(names.offsets[index] ?? 0, at);
    for (const field of [0x28, 0x2c]) renumber(result, at + field, sections, kept);
  }
  const at = tableAt + kept.length * sectionHeaderSize;
  result.writeUInt32LE(names.own, at);
  result.writeUInt32LE(stringTable, at + 4);
  result.writeBigUInt64LE(BigInt(namesAt), at + 0x18);
  result.writeBigUInt64LE(BigInt(names.bytes.length), at + 0x20);
  result.writeBigUInt64LE(1n, at + 0x30);
  result.writeBigUInt64LE(BigInt(tableAt), 0x28);
  result.writeUInt16LE(kept.length + 1, 0x3c);
  result.writeUInt16LE(kept.length, 0x3e);
  return result;
}

/** sh_link and sh_info of loaded sections name sections, which are loaded too. */
function renumber(
  result: Buffer,
  at: number,
  sections: readonly Section[],
  kept: readonly Section[],
): void {
  const old = result.readUInt32LE(at);
  if (old === 0) return;
  const target = sections[old];
  const index = target === undefined ? -1 : kept.indexOf(target);
  if (index === -1) throw new Failure(`drop symbols: a loaded section needs section ${old}`);
  result.writeUInt32LE(index, at);
}

function nameTable(sections: readonly Section[]) {
  let text = '\0';
  const offsets = sections.map(({ name }) => {
    const offset = text.length;
    text += `${name}\0`;
    return offset;
  });
  const own = text.length;
  return { bytes: Buffer.from(`${text}.shstrtab\0`, 'latin1'), offsets, own };
}

function align(offset: number): number {
  return Math.ceil(offset / 8) * 8;
}
