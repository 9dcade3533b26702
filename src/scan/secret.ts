/** What is looked for: the forms in which a key may lie in memory, and the content of markers. */
import { decryptionSchedule, encryptionSchedule, isKeyLength } from './aes-schedule.ts';

/** One form of a key, found whole or in part. */
export interface KeyForm {
  readonly key: string;
  readonly part: 'whole' | 'first half' | 'second half';
  readonly shape: 'raw' | 'hex' | 'HEX' | 'encryption schedule' | 'decryption schedule';
  readonly content: Uint8Array;
}

export interface Marker {
  readonly name: string;
  readonly content: Uint8Array;
}

/**
 * A key's own bytes and its halves (an XTS volume key is data key and tweak key in a row), each
 * also as hexadecimal text and, where the length is an AES key's, as key schedules.
 */
export function keyForms(key: string, content: Uint8Array): KeyForm[] {
  const half = content.length / 2;
  const parts: [KeyForm['part'], Uint8Array][] = [['whole', content]];
  if (Number.isInteger(half) && half >= 16) {
    parts.push(['first half', content.subarray(0, half)], ['second half', content.subarray(half)]);
  }
  return parts.flatMap(([part, bytes]) => {
    const hex = Buffer.from(bytes).toString('hex');
    const forms: KeyForm[] = [
      { key, part, shape: 'raw', content: bytes },
      { key, part, shape: 'hex', content: Buffer.from(hex) },
      { key, part, shape: 'HEX', content: Buffer.from(hex.toUpperCase()) },
    ];
    if (isKeyLength(bytes.length)) {
      forms.push(
        { key, part, shape: 'encryption schedule', content: encryptionSchedule(bytes) },
        { key, part, shape: 'decryption schedule', content: decryptionSchedule(bytes) },
      );
    }
    return forms;
  });
}

/** Content cut into pieces of `size` bytes, the last one longer rather than very short. */
export function cut(content: Uint8Array, size: number): Uint8Array[] {
  const count = Math.max(1, Math.floor(content.length / size));
  return Array.from({ length: count }, (_, index) =>
    content.subarray(index * size, index === count - 1 ? content.length : (index + 1) * size),
  );
}
