/** Reads a dump once, from begin to end, in constant memory, and hands over what is found in it. */
import type { FileHandle } from 'node:fs/promises';
import { scheduleLength, type KeyLength } from './aes-schedule.ts';
import { readInto, type Dump, type Segment } from './dump.ts';
import { findSchedules } from './find-schedules.ts';
import { findPieces, makePieceTable, type PieceTable } from './pieces.ts';
import { findRuns } from './runs.ts';

export interface ScanOptions {
  readonly pieces: readonly Uint8Array[];
  /** Called for each occurrence of a piece, by its number. */
  readonly onPiece: (piece: number, address: number) => void;
  /** Called for each key schedule. */
  readonly onSchedule: (schedule: ScheduleHit) => void;
  /** Bits that may differ in the schedule of an unknown key; undefined: do not look for any. */
  readonly tolerance: number | undefined;
  /** Bytes read at a time; for tests. */
  readonly chunk?: number;
  readonly onProgress?: (done: number, total: number) => void;
}

export interface ScheduleHit {
  readonly address: number;
  readonly key: Uint8Array;
  readonly errors: number;
}

/**
 * Resolves to the number of bytes searched. Addresses are physical ones of an ELF dump, file
 * offsets of a raw one, in ascending order but for those that a chunk's two searches find.
 */
export async function scanDump(
  dump: Dump,
  file: FileHandle,
  options: ScanOptions,
): Promise<number> {
  const table = options.pieces.length > 0 ? makePieceTable(options.pieces) : undefined;
  const tail = options.pieces.reduce((most, { length }) => Math.max(most, length), maximumSchedule);
  const total = dump.segments.reduce((sum, { length }) => sum + length, 0);
  let done = 0;
  for await (const chunk of readChunks(dump, file, options.chunk ?? 16 << 20, tail)) {
    search(chunk, table, options);
    done += chunk.own;
    options.onProgress?.(done, total);
  }
  return total;
}

/** A piece of a segment: `own` bytes whose finds are this chunk's, then some of the next one's. */
interface Chunk {
  readonly memory: Buffer;
  readonly address: number;
  readonly own: number;
}

/** Two buffers in turn: the next chunk is read while this one is searched. */
async function* readChunks(
  dump: Dump,
  file: FileHandle,
  size: number,
  tail: number,
): AsyncGenerator<Chunk> {
  const buffers = [0, 1].map(() => Buffer.from(new ArrayBuffer(size + tail)));
  const read = async ({ offset, address, length }: Segment, turn: number): Promise<Chunk> => {
    const memory = buffers[turn % 2]!.subarray(0, Math.min(length, size + tail));
    await readInto(dump.path, file, memory, offset);
    return { memory, address, own: Math.min(length, size) };
  };
  let ahead: Promise<Chunk> | undefined;
  let turn = 0;
  for (const part of dump.segments.flatMap((segment) => split(segment, size))) {
    const next = read(part, turn++);
    next.catch(() => undefined);
    if (ahead) yield await ahead;
    ahead = next;
  }
  if (ahead) yield await ahead;
}

/** The places where chunks begin; each part's length is what follows in its segment. */
function split(segment: Segment, size: number): Segment[] {
  const count = Math.ceil(segment.length / size);
  return Array.from({ length: count }, (_, index) => ({
    offset: segment.offset + index * size,
    address: segment.address + index * size,
    length: segment.length - index * size,
  }));
}

function search(
  { memory, address, own }: Chunk,
  table: PieceTable | undefined,
  { tolerance, onPiece, onSchedule }: ScanOptions,
): void {
  const runs = findRuns(memory);
  if (table) {
    findPieces(memory, runs, table, (piece, start) => {
      if (start < own) onPiece(piece, address + start);
    });
  }
  if (tolerance === undefined) return;
  for (const { start, keyLength, errors } of findSchedules(memory, runs, tolerance)) {
    if (start >= own) continue;
    const key = Uint8Array.from(memory.subarray(start, start + keyLength));
    onSchedule({ address: address + start, key, errors });
  }
}

const maximumSchedule = scheduleLength(32 satisfies KeyLength);
