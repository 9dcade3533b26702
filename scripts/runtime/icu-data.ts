/**
 * ICU's common data: a header, a table of contents sorted by name, the entries. Source: ICU's
 * icu4c/source/common/ucmndata.h (`MappedData`, `DataHeader`, `UDataOffsetTOC`).
 */
import { Failure } from '../../src/failure.ts';

interface IcuEntry {
  /** With the package's name: `icudt78l/root.res`. */
  readonly name: string;
  readonly bytes: Buffer;
}

export interface IcuData {
  readonly header: Buffer;
  readonly entries: readonly IcuEntry[];
}

/** Each entry starts at a multiple of this, as icupkg(8) writes them. */
const alignment = 16;

/** Throws a Failure for anything that is not such data, little-endian, in its first format. */
export function parseIcuData(bytes: Buffer): IcuData {
  try {
    return parse(bytes);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new Failure('read ICU data: it ends too early', { cause: error });
  }
}

function parse(bytes: Buffer): IcuData {
  const headerSize = bytes.readUInt16LE(0);
  const isCommonData =
    bytes.readUInt16LE(2) === 0x27da &&
    bytes[8] === 0 && // isBigEndian
    bytes.toString('latin1', 12, 16) === 'CmnD' &&
    bytes[16] === 1; // formatVersion
  if (!isCommonData) throw new Failure('read ICU data: its header is not the one of common data');
  const table = bytes.subarray(headerSize);
  const count = table.readUInt32LE(0);
  const places = Array.from({ length: count }, (_, index) => ({
    name: table.readUInt32LE(4 + index * 8),
    start: table.readUInt32LE(8 + index * 8),
  }));
  const entries = places.map(({ name, start }, index) => {
    const end = places[index + 1]?.start ?? table.length;
    const nameEnd = table.indexOf(0, name);
    if (start > end || end > table.length || nameEnd === -1) {
      throw new Failure('read ICU data: its table of contents is damaged');
    }
    return { name: table.toString('latin1', name, nameEnd), bytes: table.subarray(start, end) };
  });
  return { header: bytes.subarray(0, headerSize), entries };
}

/** The bytes of such data; entries stay in the order of their names, by which they are searched. */
export function writeIcuData({ header, entries }: IcuData): Buffer {
  const namesAt = 4 + entries.length * 8;
  const table = Buffer.alloc(namesAt);
  table.writeUInt32LE(entries.length);
  let names = '';
  let end = align(namesAt + entries.reduce((sum, { name }) => sum + name.length + 1, 0));
  const bodies: Buffer[] = [];
  for (const [index, { name, bytes }] of entries.entries()) {
    table.writeUInt32LE(namesAt + names.length, 4 + index * 8);
    table.writeUInt32LE(end, 8 + index * 8);
    names += `${name}\0`;
    bodies.push(pad(bytes));
    end += align(bytes.length);
  }
  return Buffer.concat([
    header,
    pad(Buffer.concat([table, Buffer.from(names, 'latin1')])),
    ...bodies,
  ]);
}

function pad(bytes: Buffer): Buffer {
  return Buffer.concat([bytes, Buffer.alloc(align(bytes.length) - bytes.length)]);
}

function align(length: number): number {
  return Math.ceil(length / alignment) * alignment;
}
