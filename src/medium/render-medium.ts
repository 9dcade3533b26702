/** A medium as lines that a person reads and a shell script takes: a word, a blank, a name. */
import { Failure } from '../failure.ts';
import type { Medium } from './find-medium.ts';

/**
 * `disk sda`, `cd sr0`, `gone 8:1`, or `memory` alone when there is nothing on a disk. Throws a
 * Failure when no disk was found and it cannot be told that there is none.
 */
export function renderMedium(medium: Medium): string {
  const lines = [
    ...medium.disks.map(({ kind, name }) => `${kind} ${name}`),
    ...medium.gone.map((name) => `gone ${name}`),
  ];
  if (lines.length > 0) return lines.map((line) => `${line}\n`).join('');
  const [reason] = medium.unknown;
  if (reason === undefined && medium.inMemory) return 'memory\n';
  throw new Failure(`find the medium of /: ${reason ?? 'it is on nothing'}`, {
    hint: 'shutdownramfs snapshot writes down what it was looked for in',
  });
}
