import type { Command } from './run-with-deadline.ts';
import { encodeBytes } from '../snapshot/foreign-bytes.ts';

const busybox = '/usr/bin/busybox';

/** Words that are not UTF-8 cannot be given to a process as they are: a shell is told their bytes. */
export function withExactWords(command: Command): Command {
  if (command.every((word) => word.isWellFormed())) return command;
  return [busybox, 'sh', '-c', `exec ${command.map(quote).join(' ')}`];
}

function quote(word: string): string {
  const digits = [...encodeBytes(word)].map((byte) => `\\${byte.toString(8).padStart(3, '0')}`);
  return `$'${digits.join('')}'`;
}
