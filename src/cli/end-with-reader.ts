/** What a program that SIGPIPE ended would leave as its status, which Node ignores. */
const endedByPipe = 141;

/** Ends the program quietly when nobody reads its output any more (`list … | head`). */
export function endWithReader(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(endedByPipe);
    throw error;
  });
}
