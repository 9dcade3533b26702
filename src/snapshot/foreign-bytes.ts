/**
 * Names as the kernel has them: bytes, which need not be UTF-8 (a mount point made under Latin-1). A byte that is no
 * part of a character stands as a lone surrogate, U+DC80 to U+DCFF, so that the very bytes can be given back.
 */
import { isUtf8 } from 'node:buffer';

const firstSurrogate = 0xdc00;

export function decodeBytes(bytes: Uint8Array): string {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (isUtf8(text)) return text.toString();
  let decoded = '';
  for (let at = 0; at < text.length;) {
    const length = characterAt(text, at);
    decoded +=
      length === 0
        ? String.fromCharCode(firstSurrogate + text[at]!)
        : text.toString('utf8', at, at + length);
    at += length || 1;
  }
  return decoded;
}

/** In bytes; 0 where none begins. */
function characterAt(text: Buffer, at: number): number {
  const first = text[at]!;
  const length = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  return at + length <= text.length && isUtf8(text.subarray(at, at + length)) ? length : 0;
}

export function encodeBytes(text: string): Buffer {
  return Buffer.concat(
    Array.from(text, (character) =>
      character.isWellFormed()
        ? Buffer.from(character)
        : Buffer.of((character.charCodeAt(0) - firstSurrogate) & 0xff),
    ),
  );
}
