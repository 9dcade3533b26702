/** Makes ELF files of a few hundred bytes: all that a loader reads before it maps, and no code. */
export interface ElfFileParts {
  readonly bits?: 32 | 64;
  readonly littleEndian?: boolean;
  readonly machine?: number;
  readonly interpreter?: string;
  /** Of several, one entry each. */
  readonly soname?: string | readonly string[];
  readonly needed?: readonly string[];
  readonly filter?: readonly string[];
  readonly auxiliary?: readonly string[];
  /** DT_FLAGS_1. */
  readonly flags1?: number;
  readonly rpath?: string;
  readonly runpath?: string;
  /** JSON of `.note.dlopen`. */
  readonly dlopen?: string;
  /** Names in the dynamic string table. */
  readonly symbols?: readonly string[];
  readonly versionsNeeded?: readonly (readonly [library: string, version: string])[];
  readonly versionsDefined?: readonly string[];
}

const base = 0x10000;

export function elfFile(parts: ElfFileParts = {}): Buffer {
  const { bits = 64, littleEndian = true, machine = 62 } = parts;
  const wide = bits === 64;
  const strings = createStrings();
  const [headerSize, entrySize, word] = wide ? [64, 56, 8] : [52, 32, 4];
  const number = (value: number, size: number): Buffer => {
    const bytes = Buffer.alloc(size);
    if (littleEndian) bytes.writeUIntLE(value, 0, Math.min(size, 6));
    else bytes.writeUIntBE(value, Math.max(0, size - 6), Math.min(size, 6));
    return bytes;
  };
  const text = (value: string) => number(strings.add(value), word);
  const dynamic: Buffer[] = [];
  const tag = (kind: number, value: Buffer) => dynamic.push(number(kind, word), value);
  for (const name of parts.needed ?? []) tag(1, text(name));
  for (const name of parts.auxiliary ?? []) tag(0x7ffffffd, text(name));
  for (const name of parts.filter ?? []) tag(0x7fffffff, text(name));
  if (parts.flags1 !== undefined) tag(0x6ffffffb, number(parts.flags1, word));
  for (const name of [parts.soname ?? []].flat()) tag(14, text(name));
  if (parts.rpath !== undefined) tag(15, text(parts.rpath));
  if (parts.runpath !== undefined) tag(29, text(parts.runpath));
  for (const name of parts.symbols ?? []) strings.add(name);
  const needs = (parts.versionsNeeded ?? []).map(([library, version], index, all) => {
    const last = index === all.length - 1;
    return Buffer.concat([
      number(1, 2),
      number(1, 2),
      number(strings.add(library), 4),
      number(16, 4),
      number(last ? 0 : 32, 4),
      number(0, 4),
      number(0, 2),
      number(2, 2),
      number(strings.add(version), 4),
      number(0, 4),
    ]);
  });
  const definitions = (parts.versionsDefined ?? []).map((version, index, all) => {
    const last = index === all.length - 1;
    return Buffer.concat([
      number(1, 2),
      number(0, 2),
      number(index + 1, 2),
      number(1, 2),
      number(0, 4),
      number(20, 4),
      number(last ? 0 : 28, 4),
      number(strings.add(version), 4),
      number(0, 4),
    ]);
  });
  const note = (() => {
    if (parts.dlopen === undefined) return Buffer.alloc(0);
    const json = Buffer.from(`${parts.dlopen}\0`);
    const padding = Buffer.alloc((4 - (json.length % 4)) % 4);
    const head = [number(4, 4), number(json.length, 4), number(0x407c0c0a, 4)];
    return Buffer.concat([...head, Buffer.from('FDO\0'), json, padding]);
  })();
  const interpreter = Buffer.from(parts.interpreter === undefined ? '' : `${parts.interpreter}\0`);

  const segmentCount = 4;
  let offset = headerSize + segmentCount * entrySize;
  const placed = (bytes: Buffer) => {
    const place = { offset, bytes };
    offset += bytes.length;
    return place;
  };
  const places = {
    interpreter: placed(interpreter),
    note: placed(note),
    strings: placed(strings.bytes()),
    needs: placed(Buffer.concat(needs)),
    definitions: placed(Buffer.concat(definitions)),
  };
  tag(5, number(base + places.strings.offset, word));
  tag(10, number(places.strings.bytes.length, word));
  if (needs.length > 0) {
    tag(0x6ffffffe, number(base + places.needs.offset, word));
    tag(0x6fffffff, number(needs.length, word));
  }
  if (definitions.length > 0) {
    tag(0x6ffffffc, number(base + places.definitions.offset, word));
    tag(0x6ffffffd, number(definitions.length, word));
  }
  tag(0, number(0, word));
  const table = placed(Buffer.concat(dynamic));

  const segment = (type: number, start: number, size: number): Buffer => {
    const kind = number(size === 0 ? 0 : type, 4);
    const words = [start, base + start, base + start, size, size].map((one) => number(one, word));
    if (wide) return Buffer.concat([kind, number(4, 4), ...words, number(1, 8)]);
    return Buffer.concat([kind, ...words, number(4, 4), number(1, 4)]);
  };
  const header = Buffer.concat([
    Buffer.from([0x7f, 0x45, 0x4c, 0x46, wide ? 2 : 1, littleEndian ? 1 : 2, 1]),
    Buffer.alloc(9),
    number(3, 2),
    number(machine, 2),
    number(1, 4),
    number(0, word),
    number(headerSize, word),
    number(0, word),
    number(0, 4),
    ...[headerSize, entrySize, segmentCount, 0, 0, 0].map((one) => number(one, 2)),
  ]);
  return Buffer.concat([
    header,
    segment(1, 0, offset),
    segment(2, table.offset, table.bytes.length),
    segment(3, places.interpreter.offset, interpreter.length),
    segment(4, places.note.offset, note.length),
    ...[...Object.values(places), table].map(({ bytes }) => bytes),
  ]);
}

function createStrings(): { add(text: string): number; bytes(): Buffer } {
  const offsets = new Map<string, number>();
  let all = '\0';
  return {
    add(text) {
      const known = offsets.get(text);
      if (known !== undefined) return known;
      const offset = all.length;
      offsets.set(text, offset);
      all += `${text}\0`;
      return offset;
    },
    bytes: () => Buffer.from(all),
  };
}
