/** Damages bytes at random, the same way for the same seed. */

/** Values at which sizes, counts and positions break. */
const edges = [0, 1, 2, 0x7f, 0xff, 0xfff, 0xffff, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff];

/** Numbers from 0 up to, not with, `bound` (mulberry32). */
function randomNumbers(seed: number): (bound: number) => number {
  let state = seed >>> 0;
  return (bound) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((((mixed ^ (mixed >>> 14)) >>> 0) / 0x100000000) * bound) | 0;
  };
}

/** One to eight changes of bytes, numbers, runs or the length. Most hit the start, where headers are. */
export function mutate(original: Uint8Array, seed: number): Buffer {
  const below = randomNumbers(seed);
  let bytes = Buffer.from(original);
  for (let changes = 1 + below(8); changes > 0 && bytes.length > 0; changes--) {
    const at = below(2) === 0 ? below(Math.min(bytes.length, 1024)) : below(bytes.length);
    const kind = below(7);
    if (kind === 0) bytes[at] = below(256);
    else if (kind === 1) bytes[at] = (bytes[at] ?? 0) ^ (1 << below(8));
    else if (kind === 2 && at + 4 <= bytes.length)
      bytes.writeUInt32LE(edges[below(edges.length)] ?? 0, at);
    else if (kind === 3 && at + 4 <= bytes.length)
      bytes.writeUInt32BE(edges[below(edges.length)] ?? 0, at);
    else if (kind === 4 && at + 8 <= bytes.length)
      bytes.writeBigUInt64LE(BigInt(below(1 << 20)) ** 3n, at);
    else if (kind === 5) bytes.copy(bytes, at, below(bytes.length), bytes.length);
    else if (kind === 6 && below(4) === 0) bytes = bytes.subarray(0, at);
  }
  return bytes;
}
