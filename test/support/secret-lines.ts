import { createHash } from 'node:crypto';

/** What `secret NAME` of guest/devices writes. */
export function secretLines(name: string): Uint8Array {
  const lines = Array.from({ length: 64 }, (_, index) =>
    createHash('sha256')
      .update(`${name} ${index + 1}\n`)
      .digest('hex'),
  );
  return Buffer.from(lines.map((line) => `${line}  -\n`).join(''));
}

/** What `ascii_key NAME SIZE` of guest/stack/stuck-keys writes. */
export function secretKey(name: string, size: number): Uint8Array {
  return Buffer.from(createHash('sha256').update(`${name}\n`).digest('hex')).subarray(0, size);
}
