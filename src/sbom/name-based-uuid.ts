import { createHash } from 'node:crypto';

/** Of names like ours, and of nothing else: made once at random. */
const namespace = Buffer.from('5d0cc0b9a4f2467f9c0e8a6b2f9d1c37', 'hex');

/** A UUID of version 5 (RFC 9562, section 5.5): the same for the same name. */
export function nameBasedUuid(name: string): string {
  const bytes = createHash('sha1').update(namespace).update(name).digest().subarray(0, 16);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x50;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
