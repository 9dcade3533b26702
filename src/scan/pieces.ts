/**
 * Finds many byte strings at once, at every byte offset, in one pass over a stretch's aligned
 * 32-bit words. Whatever the offset modulo 4 at which a piece lies, one of its own words falls on
 * an aligned one: for each of the four cases one such word, the anchor, goes into a hash table.
 */

/** Shorter pieces have no aligned word of their own at every offset. */
const minimumPiece = 7;

export interface PieceTable {
  readonly pieces: readonly Uint8Array[];
  /** Two bits for each anchor, in one word (a blocked Bloom filter): it turns most words of a dump away. */
  readonly filter: Int32Array;
  readonly filterShift: number;
  /** Open addressing, by the hash of the anchor: entry number plus one, 0 where free. */
  readonly slots: Int32Array;
  readonly slotShift: number;
  readonly anchors: Int32Array;
  readonly owners: Int32Array;
  readonly distances: Uint8Array;
}

/** True for pieces that can be told from what fills memory anyway. */
export function isTelling(piece: Uint8Array): boolean {
  return piece.length >= minimumPiece && [0, 1, 2, 3].every((phase) => anchorIn(piece, phase) >= 0);
}

/** A table of pieces, each different and telling. */
export function makePieceTable(pieces: readonly Uint8Array[]): PieceTable {
  const entries = pieces.length * 4;
  const slotBits = Math.max(4, Math.ceil(Math.log2(entries * 2)));
  const filterBits = Math.min(23, Math.max(15, slotBits + 3));
  const table: PieceTable = {
    pieces,
    filter: new Int32Array(1 << (filterBits - 5)),
    filterShift: 37 - filterBits,
    slots: new Int32Array(1 << slotBits),
    slotShift: 32 - slotBits,
    anchors: new Int32Array(entries),
    owners: new Int32Array(entries),
    distances: new Uint8Array(entries),
  };
  for (const [owner, piece] of pieces.entries()) {
    for (let phase = 0; phase < 4; phase++) {
      insert(table, owner * 4 + phase, owner, anchorIn(piece, phase));
    }
  }
  return table;
}

function insert(table: PieceTable, entry: number, owner: number, distance: number): void {
  const anchor = wordAt(table.pieces[owner]!, distance);
  const hash = Math.imul(anchor, multiplier);
  table.anchors[entry] = anchor;
  table.owners[entry] = owner;
  table.distances[entry] = distance;
  table.filter[hash >>> table.filterShift]! |= filterMask(hash);
  const mask = table.slots.length - 1;
  let slot = hash >>> table.slotShift;
  while (table.slots[slot] !== 0) slot = (slot + 1) & mask;
  table.slots[slot] = entry + 1;
}

/** Calls `emit` with the piece's number and its byte offset, for each occurrence in the stretch. */
export function findPieces(
  memory: Uint8Array,
  runs: readonly (readonly [from: number, to: number])[],
  table: PieceTable,
  emit: (piece: number, start: number) => void,
): void {
  const words = new Int32Array(memory.buffer, memory.byteOffset, memory.length >>> 2);
  const { filter, filterShift } = table;
  for (const [from, to] of runs) {
    const end = Math.min(to >>> 2, words.length);
    for (let at = from >>> 2; at < end; at++) {
      const hash = Math.imul(words[at]!, multiplier);
      const mask = filterMask(hash);
      if ((filter[hash >>> filterShift]! & mask) !== mask) continue;
      lookUp(memory, table, words[at]!, hash, at * 4, emit);
    }
  }
}

/** Two bits of 32, chosen by parts of the hash that do not choose the word. */
function filterMask(hash: number): number {
  return (1 << hash) | (1 << (hash >>> 5));
}

function lookUp(
  memory: Uint8Array,
  table: PieceTable,
  word: number,
  hash: number,
  place: number,
  emit: (piece: number, start: number) => void,
): void {
  const mask = table.slots.length - 1;
  for (let slot = hash >>> table.slotShift; table.slots[slot] !== 0; slot = (slot + 1) & mask) {
    const entry = table.slots[slot]! - 1;
    if (table.anchors[entry] !== word) continue;
    const start = place - table.distances[entry]!;
    const owner = table.owners[entry]!;
    if (isAt(memory, start, table.pieces[owner]!)) emit(owner, start);
  }
}

function isAt(memory: Uint8Array, start: number, piece: Uint8Array): boolean {
  if (start < 0 || start + piece.length > memory.length) return false;
  for (let at = 0; at < piece.length; at++) {
    if (memory[start + at] !== piece[at]) return false;
  }
  return true;
}

/**
 * Where in the piece its anchor lies when the piece starts `phase` bytes before an aligned word:
 * of the possible words the one with the most different bytes, -1 when all of them are zero.
 */
function anchorIn(piece: Uint8Array, phase: number): number {
  let best = -1;
  let variety = 0;
  for (let at = phase; at + 4 <= piece.length && at < 256; at += 4) {
    if (wordAt(piece, at) === 0) continue;
    const different = new Set(piece.subarray(at, at + 4)).size;
    if (different > variety) [best, variety] = [at, different];
    if (variety === 4) break;
  }
  return best;
}

/** As an Int32Array sees it here: little endian on every machine this runs on. */
function wordAt(bytes: Uint8Array, at: number): number {
  return bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
}

/** 2^32 divided by the golden ratio (Knuth's multiplicative hashing). */
const multiplier = 0x9e3779b1 | 0;
