/**
 * The names that Node exports for addons, of which an executable without addons has no use. The
 * tables stay where they are, shorter, with zeros behind.
 *
 * Sources: elf(5); "GNU hash ELF sections" in the ABI supplements and glibc's elf/dl-lookup.c.
 */
import { Failure } from '../../src/failure.ts';
import { readSections, type Section } from './elf-file.ts';

const symbolSize = 24;
const relocationSize = 24;

/** DT_NEEDED, DT_SONAME, DT_RPATH, DT_RUNPATH: their values are names. */
const namingTags = [1, 14, 15, 29];
const stringsSizeTag = 10;

interface Table extends Section {
  /** Shared with the program. */
  readonly bytes: Buffer;
}

interface KeptSymbol {
  /** In the table as it was. */
  readonly index: number;
  readonly name: string;
}

/** In place. Undefined symbols stay, and those that a relocation needs. */
export function trimExports(elf: Buffer, isUnneeded: (name: string) => boolean): void {
  const sections = readSections(elf);
  const table = (name: string): Table => {
    const section = sections.find((one) => one.name === name);
    if (section === undefined) throw new Failure(`trim exports: there is no section ${name}`);
    return { ...section, bytes: elf.subarray(section.offset, section.offset + section.size) };
  };
  const strings = table('.dynstr');
  const text = Buffer.from(strings.bytes);
  const nameAt = (offset: number) => text.toString('latin1', offset, text.indexOf(0, offset));
  const symbols = table('.dynsym');
  const relocations = [table('.rela.dyn'), table('.rela.plt')];

  const needed = new Set(relocations.flatMap(relocatedSymbols));
  const kept: KeptSymbol[] = [];
  for (let index = 0; index * symbolSize < symbols.size; index++) {
    const isUndefined = symbols.bytes.readUInt16LE(index * symbolSize + 6) === 0;
    const name = nameAt(symbols.bytes.readUInt32LE(index * symbolSize));
    if (isUndefined || needed.has(index) || !isUnneeded(name)) kept.push({ index, name });
  }

  const names = nameTable();
  const renamed = (bytes: Buffer, at: number) =>
    bytes.writeUInt32LE(names.add(nameAt(bytes.readUInt32LE(at))), at);
  const hashes = trimHashTable(table('.gnu.hash').bytes, kept);
  shrink(elf, table('.gnu.hash'), hashes);
  shrink(elf, table('.gnu.version'), pick(table('.gnu.version').bytes, kept, 2));
  const picked = pick(symbols.bytes, kept, symbolSize);
  for (let at = 0; at < picked.length; at += symbolSize) renamed(picked, at);
  shrink(elf, symbols, picked);
  for (const { bytes } of relocations) renumber(bytes, kept);
  renameVersions(table('.gnu.version_r').bytes, renamed);
  const dynamic = table('.dynamic').bytes;
  for (let at = 0; at < dynamic.length; at += 16) {
    if (namingTags.includes(dynamic.readUInt32LE(at))) renamed(dynamic, at + 8);
  }
  const written = names.bytes();
  for (let at = 0; at < dynamic.length; at += 16) {
    if (dynamic.readUInt32LE(at) === stringsSizeTag) dynamic.writeUInt32LE(written.length, at + 8);
  }
  shrink(elf, strings, written);
}

/** The rest of a table becomes zeros; its header in the list of sections tells the new size. */
function shrink(elf: Buffer, { header, bytes }: Table, contents: Buffer): void {
  if (contents.length > bytes.length) throw new Failure('trim exports: a table has grown');
  bytes.fill(0);
  contents.copy(bytes);
  elf.writeBigUInt64LE(BigInt(contents.length), header + 0x20);
}

function pick(bytes: Buffer, kept: readonly KeptSymbol[], size: number): Buffer {
  return Buffer.concat(kept.map(({ index }) => bytes.subarray(index * size, (index + 1) * size)));
}

function relocatedSymbols({ bytes }: Table): number[] {
  return Array.from({ length: bytes.length / relocationSize }, (_, index) =>
    bytes.readUInt32LE(index * relocationSize + 12),
  );
}

function renumber(bytes: Buffer, kept: readonly KeptSymbol[]): void {
  const numbers = new Map(kept.map(({ index }, place) => [index, place]));
  for (let at = 12; at < bytes.length; at += relocationSize) {
    bytes.writeUInt32LE(numbers.get(bytes.readUInt32LE(at)) ?? 0, at);
  }
}

/** Verneed and, chained to each, Vernaux. */
function renameVersions(bytes: Buffer, renamed: (bytes: Buffer, at: number) => void): void {
  for (let need = 0, isLast = false; !isLast;) {
    renamed(bytes, need + 4);
    let version = need + bytes.readUInt32LE(need + 8);
    for (let count = bytes.readUInt16LE(need + 2); count > 0; count--) {
      renamed(bytes, version + 8);
      version += bytes.readUInt32LE(version + 12);
    }
    const next = bytes.readUInt32LE(need + 12);
    isLast = next === 0;
    need += next;
  }
}

/**
 * Symbols are in the order of their buckets and stay so; those that need other libraries come first
 * and are in none. The Bloom filter may say yes too often, so it stays as it is.
 */
function trimHashTable(bytes: Buffer, kept: readonly KeptSymbol[]): Buffer {
  const [bucketCount, first, filterSize] = [0, 4, 8].map((at) => bytes.readUInt32LE(at));
  const bucketsAt = 16 + (filterSize ?? 0) * 8;
  const chainsAt = bucketsAt + (bucketCount ?? 0) * 4;
  const hashed = kept.filter(({ index }) => index >= (first ?? 0));
  const head = Buffer.from(bytes.subarray(0, chainsAt)).fill(0, bucketsAt);
  const unhashed = kept.length - hashed.length;
  head.writeUInt32LE(unhashed, 4);
  const chains = Buffer.alloc(hashed.length * 4);
  const hashes = hashed.map(({ name }) => hashOf(name));
  const buckets = hashes.map((hash) => hash % (bucketCount ?? 1));
  for (const [place, hash] of hashes.entries()) {
    const bucket = buckets[place] ?? 0;
    const isFirst = bucket !== buckets[place - 1];
    const isLast = bucket !== buckets[place + 1];
    if (isFirst) head.writeUInt32LE(unhashed + place, bucketsAt + bucket * 4);
    chains.writeUInt32LE(((hash & ~1) | Number(isLast)) >>> 0, place * 4);
  }
  return Buffer.concat([head, chains]);
}

function hashOf(name: string): number {
  let hash = 5381;
  for (let at = 0; at < name.length; at++) hash = (Math.imul(hash, 33) + name.charCodeAt(at)) >>> 0;
  return hash;
}

/** Names after each other, each once, the empty one first. */
function nameTable() {
  const offsets = new Map([['', 0]]);
  let size = 1;
  return {
    add(name: string): number {
      const known = offsets.get(name);
      if (known !== undefined) return known;
      const offset = size;
      offsets.set(name, offset);
      size += name.length + 1;
      return offset;
    },
    bytes: () => Buffer.from(`${[...offsets.keys()].join('\0')}\0`, 'latin1'),
  };
}
