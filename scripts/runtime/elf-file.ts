/**
 * A linked program as bytes that can be changed in place: sections, symbols, addresses. 64 bits,
 * little-endian; every offset is checked against the file. Source: elf(5).
 */
import { Failure } from '../../src/failure.ts';

export interface Section {
  readonly name: string;
  /** SHT_*: 1 has bytes, 8 has none in the file. */
  readonly type: number;
  readonly flags: bigint;
  readonly address: number;
  readonly offset: number;
  readonly size: number;
  /** Where its header lies in the file. */
  readonly header: number;
}

export interface Segment {
  /** PT_*: 1 is loaded. */
  readonly type: number;
  readonly offset: number;
  readonly address: number;
  readonly fileSize: number;
  readonly header: number;
}

export interface ElfSymbol {
  readonly name: string;
  readonly address: number;
  readonly size: number;
}

export const sectionHeaderSize = 64;
const programHeaderSize = 56;
const symbolSize = 24;

/** Throws a Failure for what is no such program. */
export function readSections(elf: Buffer): readonly Section[] {
  checkIdentification(elf);
  const table = number(elf.readBigUInt64LE(0x28));
  const count = elf.readUInt16LE(0x3c);
  const headers = Array.from({ length: count }, (_, index) => table + index * sectionHeaderSize);
  const names = headers[elf.readUInt16LE(0x3e)];
  if (names === undefined) throw new Failure('read program: it has no names of sections');
  const strings = number(elf.readBigUInt64LE(names + 0x18));
  return headers.map((header) => ({
    name: readString(elf, strings + elf.readUInt32LE(header)),
    type: elf.readUInt32LE(header + 4),
    flags: elf.readBigUInt64LE(header + 8),
    address: number(elf.readBigUInt64LE(header + 0x10)),
    offset: number(elf.readBigUInt64LE(header + 0x18)),
    size: number(elf.readBigUInt64LE(header + 0x20)),
    header,
  }));
}

export function readSegments(elf: Buffer): readonly Segment[] {
  checkIdentification(elf);
  const table = number(elf.readBigUInt64LE(0x20));
  return Array.from({ length: elf.readUInt16LE(0x38) }, (_, index) => {
    const header = table + index * programHeaderSize;
    return {
      type: elf.readUInt32LE(header),
      offset: number(elf.readBigUInt64LE(header + 8)),
      address: number(elf.readBigUInt64LE(header + 0x10)),
      fileSize: number(elf.readBigUInt64LE(header + 0x20)),
      header,
    };
  });
}

/** The one symbol with a size whose name matches; throws a Failure where there is none or two. */
export function findSymbol(elf: Buffer, name: RegExp): ElfSymbol {
  const sections = readSections(elf);
  const [table, strings] = ['.symtab', '.strtab'].map((wanted) =>
    sections.find((section) => section.name === wanted),
  );
  if (table === undefined || strings === undefined) {
    throw new Failure('read program: it has no symbol table');
  }
  const found: ElfSymbol[] = [];
  for (let at = table.offset; at < table.offset + table.size; at += symbolSize) {
    const size = number(elf.readBigUInt64LE(at + 0x10));
    if (size === 0) continue;
    const text = readString(elf, strings.offset + elf.readUInt32LE(at));
    if (name.test(text))
      found.push({ name: text, address: number(elf.readBigUInt64LE(at + 8)), size });
  }
  const [symbol, ...others] = found;
  if (symbol === undefined || others.length > 0) {
    throw new Failure(`read program: ${found.length} symbols are called ${name.source}`);
  }
  return symbol;
}

/** The bytes that the program will see at an address, shared with `elf`. */
export function bytesAt(elf: Buffer, address: number, size: number): Buffer {
  const segment = readSegments(elf).find(
    (one) =>
      one.type === 1 && one.address <= address && address + size <= one.address + one.fileSize,
  );
  if (segment === undefined) {
    throw new Failure(`read program: nothing is loaded at 0x${address.toString(16)}`);
  }
  const start = segment.offset + address - segment.address;
  return elf.subarray(start, start + size);
}

function checkIdentification(elf: Buffer): void {
  // Magic, 64 bits, little-endian.
  if (elf.toString('latin1', 0, 6) !== '\x7fELF\x02\x01') {
    throw new Failure('read program: it is no ELF file of 64 bits');
  }
}

function readString(elf: Buffer, start: number): string {
  return elf.toString('latin1', start, elf.indexOf(0, start));
}

function number(value: bigint): number {
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) {
    throw new Failure(`read program: the offset ${value} is absurd`);
  }
  return Number(value);
}
