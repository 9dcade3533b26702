/** What the kernel starts for a script: its first line, read as fs/binfmt_script.c does. */
export interface ScriptInterpreter {
  readonly path: string;
  /** All that follows it on the line is one argument. */
  readonly argument: string | undefined;
}

/** The kernel looks at this many bytes. */
export const interpreterLength = 256;

/** Undefined for what is no script. `start` is how the file begins. */
export function parseInterpreter(start: Uint8Array): ScriptInterpreter | undefined {
  const text = new TextDecoder('latin1').decode(start.subarray(0, interpreterLength));
  const line = /^#![ \t]*(?<path>[^ \t\n\0]+)[ \t]*(?<argument>[^\n\0]*)/.exec(text)?.groups;
  if (line?.['path'] === undefined) return undefined;
  const argument = line['argument']?.replace(/[ \t]+$/, '');
  return { path: line['path'], argument: argument === '' ? undefined : argument };
}

/**
 * The program that env(1) looks for when it is the interpreter: `sh` of `#!/usr/bin/env -S A=1 sh -e`.
 * Undefined where another program is the interpreter.
 */
export function programOfEnv({ path, argument }: ScriptInterpreter): string | undefined {
  if (path.slice(path.lastIndexOf('/') + 1) !== 'env') return undefined;
  const words = argument?.replace(/^-S\s*|^--split-string=/, '').split(/\s+/) ?? [];
  return words.find((word) => word !== '' && !word.startsWith('-') && !word.includes('='));
}
