/**
 * Reads the headers of an ELF file that the dynamic loader reads: program headers only, since
 * section headers may be stripped. Source: elf(5), System V gABI chapters 4 and 5.
 */
import type { ElfObject } from './elf-object.ts';
import { parseDlopenNotes } from './parse-dlopen-note.ts';
import { parseVersionDefinitions, parseVersionNeeds } from './parse-symbol-version.ts';

/** Bytes at a position of the file; fewer than asked for where the file ends. */
export type ReadAt = (position: number, length: number) => Uint8Array;

/** Thrown for a file that starts like ELF and then is not. */
export class ElfError extends Error {}

const segmentType = { load: 1, dynamic: 2, interpreter: 3, note: 4 } as const;
const tag = {
  needed: 1,
  stringTable: 5,
  stringTableSize: 10,
  soname: 14,
  rpath: 15,
  runpath: 29,
  flags1: 0x6ffffffb,
  versionDefinitions: 0x6ffffffc,
  versionDefinitionCount: 0x6ffffffd,
  versionNeeds: 0x6ffffffe,
  versionNeedCount: 0x6fffffff,
  auxiliary: 0x7ffffffd,
  filter: 0x7fffffff,
} as const;

/** Of DT_FLAGS_1 (elf.h). */
const noDefaultLibraries = 0x800;

/** No real file comes near; one that claims more is broken, and would be read for hours. */
const largest = {
  table: 64 << 20,
  notes: 16 << 20,
  segments: 1024,
  dynamicEntries: 4096,
  name: 4096,
  pathList: 64 << 10,
} as const;

interface Segment {
  readonly type: number;
  readonly offset: number;
  readonly address: number;
  readonly size: number;
}

/** Returns undefined for what is no ELF file; throws ElfError for a broken one. */
export function parseElf(read: ReadAt): ElfObject | undefined {
  const identity = read(0, 64);
  if (identity.length < 52 || !isElfMagic(identity)) return undefined;
  const bits = fieldOf(identity[4], { 1: 32, 2: 64 } as const, 'class');
  const littleEndian = fieldOf(identity[5], { 1: true, 2: false } as const, 'byte order');
  const file = createFile(read, bits, littleEndian);
  const segments = readSegments(file);
  const dynamic = readDynamic(file, segments);
  const strings = readStrings(file, segments, dynamic);
  const text = (offset: number) => textAt(strings, offset, largest.name);
  // Of entries with the same tag the loader keeps the last.
  const last = (wanted: number) => dynamic.findLast(([found]) => found === wanted)?.[1];
  const texts = (...wanted: readonly number[]) =>
    dynamic.filter(([found]) => wanted.includes(found)).map(([, offset]) => text(offset));
  const pathList = (wanted: number) => {
    const offset = last(wanted);
    if (offset === undefined) return undefined;
    return textAt(strings, offset, largest.pathList).split(':').filter(Boolean);
  };
  const symbols = Buffer.from(strings.buffer, strings.byteOffset, strings.length);
  const names = (symbol: string) => symbols.includes(`\0${symbol}\0`);
  const soname = last(tag.soname);
  const table = (start: number) => {
    const address = last(start);
    return address === undefined ? new Uint8Array() : readTable(file, segments, address);
  };
  return {
    bits,
    littleEndian,
    machine: file.view(0, 52).getUint16(18, littleEndian),
    interpreter: readInterpreter(file, segments),
    soname: soname === undefined ? undefined : text(soname),
    needed: texts(tag.needed, tag.filter),
    auxiliary: texts(tag.auxiliary),
    noDefaultLibraries: Math.floor((last(tag.flags1) ?? 0) / noDefaultLibraries) % 2 === 1,
    rpath: pathList(tag.rpath) ?? [],
    runpath: pathList(tag.runpath),
    dlopen: readNotes(file, segments).flatMap((bytes) => parseDlopenNotes(bytes, littleEndian)),
    unwindsThreads: ['pthread_cancel', 'pthread_exit'].some(names),
    opensLibraries: ['dlopen', 'dlmopen'].some(names),
    versionsNeeded: parseVersionNeeds(
      table(tag.versionNeeds),
      last(tag.versionNeedCount) ?? 0,
      text,
      littleEndian,
    ),
    versionsDefined: parseVersionDefinitions(
      table(tag.versionDefinitions),
      last(tag.versionDefinitionCount) ?? 0,
      text,
      littleEndian,
    ),
  };
}

interface ElfFile {
  readonly bits: 32 | 64;
  readonly littleEndian: boolean;
  bytes(position: number, length: number): Uint8Array;
  view(position: number, length: number): DataView;
}

function createFile(read: ReadAt, bits: 32 | 64, littleEndian: boolean): ElfFile {
  const bytes = (position: number, length: number) => {
    if (length > largest.table) throw new ElfError(`a table of ${length} bytes`);
    const part = read(position, length);
    if (part.length < length) throw new ElfError(`cut off before byte ${position + length}`);
    return part;
  };
  const view = (position: number, length: number) => {
    const part = bytes(position, length);
    return new DataView(part.buffer, part.byteOffset, part.length);
  };
  return { bits, littleEndian, bytes, view };
}

function readSegments(file: ElfFile): Segment[] {
  const wide = file.bits === 64;
  const header = file.view(0, wide ? 64 : 52);
  const start = word(header, wide ? 32 : 28, file);
  const entrySize = header.getUint16(wide ? 54 : 42, file.littleEndian);
  const count = header.getUint16(wide ? 56 : 44, file.littleEndian);
  if (count > largest.segments) throw new ElfError(`${count} program headers`);
  if (count > 0 && entrySize < (wide ? 56 : 32)) throw new ElfError('short program headers');
  const table = file.view(start, entrySize * count);
  return Array.from({ length: count }, (_, index) => {
    const at = index * entrySize;
    return {
      type: table.getUint32(at, file.littleEndian),
      offset: word(table, at + (wide ? 8 : 4), file),
      address: word(table, at + (wide ? 16 : 8), file),
      size: word(table, at + (wide ? 32 : 16), file),
    };
  });
}

type DynamicEntry = readonly [tag: number, value: number];

function readDynamic(file: ElfFile, segments: readonly Segment[]): DynamicEntry[] {
  const segment = segments.find(({ type }) => type === segmentType.dynamic);
  if (segment === undefined) return [];
  const table = file.view(segment.offset, segment.size);
  const step = file.bits / 8;
  const entries: DynamicEntry[] = [];
  for (let at = 0; at + 2 * step <= table.byteLength; at += 2 * step) {
    const found = word(table, at, file);
    if (found === 0) break;
    if (entries.length === largest.dynamicEntries) throw new ElfError('an endless dynamic table');
    entries.push([found, word(table, at + step, file)]);
  }
  return entries;
}

function readStrings(
  file: ElfFile,
  segments: readonly Segment[],
  dynamic: readonly DynamicEntry[],
): Uint8Array {
  const address = dynamic.findLast(([found]) => found === tag.stringTable)?.[1];
  const size = dynamic.findLast(([found]) => found === tag.stringTableSize)?.[1];
  if (address === undefined || size === undefined) return new Uint8Array();
  return file.bytes(offsetOf(segments, address), size);
}

/** A table without a size of its own: it ends at the latest where its segment does. */
function readTable(file: ElfFile, segments: readonly Segment[], address: number): Uint8Array {
  const offset = offsetOf(segments, address);
  const segment = segments.find((one) => covers(one, address));
  const end = segment === undefined ? offset : segment.offset + segment.size;
  return file.bytes(offset, Math.min(end - offset, largest.table));
}

function readNotes(file: ElfFile, segments: readonly Segment[]): Uint8Array[] {
  const notes = segments.filter(({ type }) => type === segmentType.note);
  const total = notes.reduce((sum, { size }) => sum + size, 0);
  if (total > largest.notes) throw new ElfError(`${total} bytes of notes`);
  return notes.map(({ offset, size }) => file.bytes(offset, size));
}

function readInterpreter(file: ElfFile, segments: readonly Segment[]): string | undefined {
  const segment = segments.find(({ type }) => type === segmentType.interpreter);
  return (
    segment &&
    textAt(file.bytes(segment.offset, Math.min(segment.size, largest.name)), 0, largest.name)
  );
}

function offsetOf(segments: readonly Segment[], address: number): number {
  const segment = segments.find((one) => covers(one, address));
  if (segment === undefined) throw new ElfError(`address ${address} is in no segment`);
  return address - segment.address + segment.offset;
}

function covers(segment: Segment, address: number): boolean {
  return (
    segment.type === segmentType.load &&
    address >= segment.address &&
    address < segment.address + segment.size
  );
}

function word(view: DataView, at: number, file: ElfFile): number {
  if (file.bits === 32) return view.getUint32(at, file.littleEndian);
  return Number(view.getBigUint64(at, file.littleEndian));
}

function isElfMagic(bytes: Uint8Array): boolean {
  return bytes[0] === 0x7f && bytes[1] === 0x45 && bytes[2] === 0x4c && bytes[3] === 0x46;
}

function fieldOf<Value>(
  byte: number | undefined,
  meanings: Readonly<Record<number, Value>>,
  name: string,
): Value {
  const meaning = byte === undefined ? undefined : meanings[byte];
  if (meaning === undefined) throw new ElfError(`unknown ${name} ${byte}`);
  return meaning;
}

function textAt(bytes: Uint8Array, offset: number, longest: number): string {
  if (offset > bytes.length) throw new ElfError(`string ${offset} is outside its table`);
  const part = bytes.subarray(offset, offset + longest + 1);
  const end = part.indexOf(0);
  if (end === -1 && part.length > longest) throw new ElfError(`string ${offset} has no end`);
  return new TextDecoder().decode(end === -1 ? part : part.subarray(0, end));
}
