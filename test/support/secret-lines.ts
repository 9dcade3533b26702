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
