/**
 * The debugging switch: `NAME[=pause[:SECONDS],verbose,shell]` on the kernel command line, or the same
 * words in a flag file (an empty file means a pause). Which names and files is a matter of settings.
 */
import type { DebuggingSettings } from '../settings/settings.ts';

export interface Debugging {
  /** Seconds to wait after the wipe so that memory can be dumped; 0 for none. */
  readonly pauseSeconds: number;
  readonly verbose: boolean;
  readonly shell: boolean;
}

/** Long enough for any dump; without an end a forgotten switch would keep a machine on for ever. */
const longestPauseSeconds = 3600;

const off: Debugging = { pauseSeconds: 0, verbose: false, shell: false };

/**
 * The union of what the command line and the flag files ask for; `flagFiles` are the texts of those
 * that are there. Unknown words ask for nothing.
 */
export function parseDebugging(
  commandLine: string,
  flagFiles: readonly string[],
  { kernelArguments, pauseSeconds }: DebuggingSettings,
): Debugging {
  const usualPause = Math.min(pauseSeconds, longestPauseSeconds);
  const requests = commandLine
    .split(/\s+/)
    .map((word) => [nameOf(word), word] as const)
    .filter(([name]) => kernelArguments.includes(name))
    .map(([name, word]) => word.slice(name.length + 1));
  return [...requests, ...flagFiles]
    .map((text) => parseSwitches(text, usualPause))
    .reduce(unite, off);
}

function nameOf(word: string): string {
  return word.split('=', 1)[0] ?? '';
}

function parseSwitches(text: string, usualPause: number): Debugging {
  const words = text.split(/[\s,]+/).filter((word) => word !== '');
  if (words.length === 0) return { ...off, pauseSeconds: usualPause };
  return words.map((word) => parseSwitch(word, usualPause)).reduce(unite, off);
}

function parseSwitch(word: string, usualPause: number): Debugging {
  const [name, value = ''] = word.split(':', 2);
  switch (name) {
    case 'pause':
      return { ...off, pauseSeconds: parsePause(value) ?? usualPause };
    case 'verbose':
      return { ...off, verbose: true };
    case 'shell':
      return { ...off, shell: true };
    default:
      return off;
  }
}

function parsePause(value: string): number | undefined {
  return /^\d{1,9}$/.test(value) ? Math.min(Number(value), longestPauseSeconds) : undefined;
}

function unite(one: Debugging, other: Debugging): Debugging {
  return {
    pauseSeconds: Math.max(one.pauseSeconds, other.pauseSeconds),
    verbose: one.verbose || other.verbose,
    shell: one.shell || other.shell,
  };
}
