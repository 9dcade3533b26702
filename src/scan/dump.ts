/**
 * A dump of memory: raw, or an ELF core file such as QEMU's `dump-guest-memory` and
 * /proc/vmcore give, whose PT_LOAD segments name physical addresses. Source: elf(5).
 */
import { open, type FileHandle } from 'node:fs/promises';
import { Failure, reasonOf } from '../failure.ts';

export interface Dump {
  readonly path: string;
  readonly format: 'raw' | 'elf';
  readonly segments: readonly Segment[];
}

/** A stretch of memory, all lengths in bytes. */
export interface Segment {
  readonly offset: number;
  /** Physical address of the first byte; of a raw dump its place in the file. */
  readonly address: number;
  readonly length: number;
}

/** Opens a dump and hands it to `use`; errors name the dump. */
export async function withDump<T>(
  path: string,
  use: (dump: Dump, file: FileHandle) => Promise<T>,
): Promise<T> {
  const file = await open(path).catch((error: unknown) => {
    throw new Failure(`read dump ${path}: ${reasonOf(error)}`);
  });
  try {
    return await use(await readLayout(path, file), file);
  } finally {
    await file.close();
  }
}

async function readLayout(path: string, file: FileHandle): Promise<Dump> {
  const size = await sizeOf(path, file);
  const head = await readExactly(path, file, 0, Math.min(size, 64));
  const signature = head.toString('latin1', 0, 8);
  if (signature === 'KDUMP   ' || signature.startsWith('makedump')) {
    throw new Failure(`read dump ${path}: compressed kdump format`, {
      hint: 'dump as ELF (dump-guest-memory without -z, -l or -s) or raw',
    });
  }
  if (!isCore(head))
    return { path, format: 'raw', segments: [{ offset: 0, address: 0, length: size }] };
  if (head[4] !== elfClass64 || head[5] !== elfLittleEndian) {
    throw new Failure(`read dump ${path}: not a 64-bit little-endian core file`);
  }
  const segments = await readSegments(path, file, head);
  for (const { offset, length } of segments) {
    if (offset + length > size) {
      throw new Failure(
        `read dump ${path}: truncated, a segment ends at ${offset + length} of ${size} bytes`,
      );
    }
  }
  return { path, format: 'elf', segments: join(segments) };
}

/** A pipe cannot be read twice, and a device tells no size. */
async function sizeOf(path: string, file: FileHandle): Promise<number> {
  const facts = await file.stat();
  if (!facts.isFile()) throw new Failure(`read dump ${path}: not a regular file`);
  if (facts.size > 0) return facts.size;
  throw new Failure(`read dump ${path}: it is empty`);
}

/** A raw dump may begin with any bytes, an ELF program among them: only a core file counts as ELF. */
function isCore(head: Buffer): boolean {
  if (head.length < 64 || head.toString('latin1', 0, 4) !== '\x7fELF') return false;
  const type = head[5] === elfLittleEndian ? head.readUInt16LE(16) : head.readUInt16BE(16);
  return type === 4;
}

async function readSegments(path: string, file: FileHandle, head: Buffer): Promise<Segment[]> {
  const at = toNumber(path, head.readBigUInt64LE(32));
  const entrySize = head.readUInt16LE(54);
  if (entrySize < 56) throw new Failure(`read dump ${path}: program headers of ${entrySize} bytes`);
  const count = await countHeaders(path, file, head);
  const headers = await readExactly(path, file, at, count * entrySize);
  const segments: Segment[] = [];
  for (let header = 0; header < headers.length; header += entrySize) {
    if (headers.readUInt32LE(header) !== ptLoad) continue;
    const field = (place: number) => toNumber(path, headers.readBigUInt64LE(header + place));
    const segment = { offset: field(8), address: field(24), length: field(32) };
    if (segment.length > 0) segments.push(segment);
  }
  if (segments.length === 0) throw new Failure(`read dump ${path}: core file without memory`);
  return segments;
}

/** Above 65534 program headers the count stands in the first section header (PN_XNUM). */
async function countHeaders(path: string, file: FileHandle, head: Buffer): Promise<number> {
  const count = head.readUInt16LE(56);
  if (count !== 0xffff) return count;
  const section = await readExactly(path, file, toNumber(path, head.readBigUInt64LE(40)), 64);
  return section.readUInt32LE(44);
}

/** Segments that follow each other in the file and in memory are one stretch. */
function join(segments: readonly Segment[]): Segment[] {
  const joined: Segment[] = [];
  for (const next of segments.toSorted((a, b) => a.address - b.address)) {
    const last = joined.at(-1);
    if (
      last &&
      last.offset + last.length === next.offset &&
      last.address + last.length === next.address
    ) {
      joined[joined.length - 1] = { ...last, length: last.length + next.length };
    } else {
      joined.push(next);
    }
  }
  return joined;
}

async function readExactly(
  path: string,
  file: FileHandle,
  position: number,
  length: number,
): Promise<Buffer> {
  const bytes = Buffer.alloc(length);
  await readInto(path, file, bytes, position);
  return bytes;
}

/** Fills `bytes` from the file at `position`; a file that ends before is an error. */
export async function readInto(
  path: string,
  file: FileHandle,
  bytes: Buffer,
  position: number,
): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    const { bytesRead } = await file
      .read(bytes, done, bytes.length - done, position + done)
      .catch((error: unknown) => {
        throw new Failure(`read dump ${path}: ${reasonOf(error)}`);
      });
    if (bytesRead === 0)
      throw new Failure(`read dump ${path}: truncated at byte ${position + done}`);
    done += bytesRead;
  }
}

function toNumber(path: string, value: bigint): number {
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) {
    throw new Failure(`read dump ${path}: garbled header, ${value} is no place in a file`);
  }
  return Number(value);
}

const elfClass64 = 2;
const elfLittleEndian = 1;
const ptLoad = 1;
