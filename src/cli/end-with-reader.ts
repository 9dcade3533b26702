import { reasonOf } from '../failure.ts';

/** What a program that SIGPIPE ended would leave as its status, which Node ignores. */
const endedByPipe = 141;

/**
 * Ends the program when its output can no longer be written: quietly when nobody reads it any more
 * (`list … | head`), with a message when a file or disk is full.
 */
export function endWithReader(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(endedByPipe);
    process.stderr.write(`shutdownramfs: write standard output: ${reasonOf(error)}\n`);
    process.exit(1);
  });
  // Nobody is left to read a message either.
  process.stderr.on('error', () => process.exit(endedByPipe));
}
