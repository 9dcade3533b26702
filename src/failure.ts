/**
 * An error the user can understand and often act on: `verb object: reason`, the cause kept, and a
 * hint where there is something to do. Anything thrown that is not a Failure is a bug and is
 * reported with its stack.
 */
export class Failure extends Error {
  readonly hint: string | undefined;

  constructor(message: string, options: { readonly cause?: unknown; readonly hint?: string } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'Failure';
    this.hint = options.hint;
  }
}

/** The reason part of a message: the errno name where there is one (`ENOENT`), else the text. */
export function reasonOf(error: unknown): string {
  if (error instanceof Failure) return error.message;
  if (!(error instanceof Error)) return String(error);
  const { code } = error as NodeJS.ErrnoException;
  return code === undefined ? error.message : code;
}
