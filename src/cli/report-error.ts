/** What the user sees of an error: one line and a hint; a stack only when it is our own fault. */
import { constants } from 'node:os';
import { getSystemErrorMessage } from 'node:util';
import { Failure, reasonOf } from '../failure.ts';
import { UsageError } from './usage-error.ts';

export function reportError(error: unknown): void {
  process.exitCode = 1;
  if (error instanceof Failure) {
    process.stderr.write(`shutdownramfs: ${explain(`${error.message}${causeOf(error)}`)}\n`);
    if (error.hint !== undefined) process.stderr.write(`hint: ${error.hint}\n`);
  } else if (error instanceof UsageError) {
    process.exitCode = 2;
    process.stderr.write(`shutdownramfs: ${error.message}\nhint: shutdownramfs --help\n`);
  } else {
    process.stderr.write(
      `shutdownramfs: bug: ${error instanceof Error ? error.stack : String(error)}\n`,
    );
  }
}

/** One line, whatever a tool said; and words for the errno name that it ends in. */
function explain(message: string): string {
  const line = message.trim().replaceAll(/\s*\n\s*/g, ' ');
  const name = /\bE[A-Z0-9]+$/.exec(line)?.[0] ?? '';
  const codes: Readonly<Record<string, number>> = constants.errno;
  const code = Object.hasOwn(codes, name) ? codes[name] : undefined;
  return code === undefined ? line : `${line} (${getSystemErrorMessage(-code)})`;
}

/** The cause, where the message does not end with it already. */
function causeOf(error: Failure): string {
  const reason = error.cause === undefined ? '' : reasonOf(error.cause);
  return error.message.endsWith(reason) ? '' : `: ${reason}`;
}
