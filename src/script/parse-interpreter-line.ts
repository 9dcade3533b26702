/**
 * Reads the first line of a script as the kernel does: `#!`, an interpreter, and all that follows as
 * one argument. Source: execve(2), fs/binfmt_script.c (load_script).
 */

/** Bytes of a file that the kernel looks at (BINPRM_BUF_SIZE less the NUL that it adds). */
export const interpreterLineLimit = 255;

/** Scripts that may be each other's interpreters; the next is refused (exec_binprm, ELOOP). */
export const mostInterpreters = 5;

export type InterpreterLine =
  | { readonly kind: 'script'; readonly interpreter: string; readonly argument: string | undefined }
  | { readonly kind: 'broken'; readonly reason: string };

/**
 * `start`: what the file begins with, a byte more than the limit where it has that. Undefined for
 * what is no script.
 */
export function parseInterpreterLine(start: Uint8Array): InterpreterLine | undefined {
  const text = Buffer.from(start).toString('latin1');
  if (!text.startsWith('#!')) return undefined;
  const end = text.indexOf('\n');
  if (end >= interpreterLineLimit || (end === -1 && text.length > interpreterLineLimit)) {
    // The kernel would run an interpreter with half an argument.
    return broken(
      `its first line is longer than the ${interpreterLineLimit} bytes the kernel reads`,
    );
  }
  const line = Buffer.from(start.subarray(2, end === -1 ? text.length : end)).toString('utf8');
  if (line.includes('\0')) return broken('its first line has a NUL');
  const words = line.replace(/^[ \t]+|[ \t]+$/g, '');
  const [, interpreter = '', argument] = /^([^ \t]*)(?:[ \t]+(.*))?$/s.exec(words) ?? [];
  if (interpreter === '') return broken('its first line names no interpreter');
  if (interpreter.endsWith('\r')) return broken('its first line ends as on Windows, with CR');
  if (!interpreter.startsWith('/')) {
    return broken(`its interpreter ${interpreter} is named relative to a working directory`);
  }
  return { kind: 'script', interpreter, argument };
}

function broken(reason: string): InterpreterLine {
  return { kind: 'broken', reason };
}
