/** Made memory for tests: repeatable random bytes, and the wrappings a dump comes in. */
import { createCipheriv } from 'node:crypto';

/** Bytes that look random, the same for the same seed. */
export function noise(length: number, seed: number): Buffer {
  const key = Buffer.alloc(32, `seed ${seed} `);
  return createCipheriv('chacha20', key, Buffer.alloc(16)).update(Buffer.alloc(length));
}

export function flipBit(memory: Uint8Array, bit: number): void {
  memory[bit >>> 3]! ^= 1 << (bit & 7);
}

/** An ELF core file with a note, then one PT_LOAD segment for each stretch of memory. */
export function elfCore(
  stretches: readonly { readonly address: number; readonly memory: Buffer }[],
): Buffer {
  const headers = Buffer.alloc(64 + 56 * (stretches.length + 1));
  headers.write('\x7fELF\x02\x01\x01', 'latin1');
  headers.writeUInt16LE(4, 16);
  headers.writeUInt16LE(62, 18);
  headers.writeBigUInt64LE(64n, 32);
  headers.writeUInt16LE(56, 54);
  headers.writeUInt16LE(stretches.length + 1, 56);
  const note = Buffer.from('a note, of a length that leaves memory at an odd place');
  headers.writeUInt32LE(4, 64);
  headers.writeBigUInt64LE(BigInt(headers.length), 64 + 8);
  headers.writeBigUInt64LE(BigInt(note.length), 64 + 32);
  let offset = headers.length + note.length;
  for (const [index, { address, memory }] of stretches.entries()) {
    const at = 64 + 56 * (index + 1);
    headers.writeUInt32LE(1, at);
    headers.writeBigUInt64LE(BigInt(offset), at + 8);
    headers.writeBigUInt64LE(BigInt(address), at + 24);
    headers.writeBigUInt64LE(BigInt(memory.length), at + 32);
    headers.writeBigUInt64LE(BigInt(memory.length), at + 40);
    offset += memory.length;
  }
  return Buffer.concat([headers, note, ...stretches.map(({ memory }) => memory)]);
}
