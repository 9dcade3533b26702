/**
 * A line in a written file by which it is recognized later, as long as nobody has changed it: so that
 * it can be replaced by a newer one, and what a maintainer wrote cannot.
 */
import { createHash } from 'node:crypto';

const words = '# Written by shutdownramfs live-build; SHA-256 of all but this line: ';
/** The line stands near the beginning; an executable may follow. */
const searched = 4096;

/** The content with the line put in after its first. */
export function markWritten(content: Buffer): Buffer {
  const second = content.indexOf('\n') + 1;
  const line = Buffer.from(`${words}${digestOf([content])}\n`);
  return Buffer.concat([content.subarray(0, second), line, content.subarray(second)]);
}

/** Whether it is just as markWritten has made it. */
export function isAsWritten(content: Buffer): boolean {
  const begin = content.subarray(0, searched).indexOf(`\n${words}`) + 1;
  if (begin === 0) return false;
  const end = content.indexOf('\n', begin) + 1;
  const digest = content.toString('latin1', begin + words.length, end - 1);
  return digest === digestOf([content.subarray(0, begin), content.subarray(end)]);
}

function digestOf(parts: readonly Buffer[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest('hex');
}
