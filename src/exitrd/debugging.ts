/**
 * The debugging switch: `shutdownramfs.debug[=pause[:SECONDS],verbose,shell]` on the kernel command
 * line, or the same words in a flag file (an empty file means a pause).
 */
export interface Debugging {
  /** Seconds to wait after the wipe so that memory can be dumped; 0 for none. */
  readonly pauseSeconds: number;
  readonly verbose: boolean;
  readonly shell: boolean;
}

const parameter = 'shutdownramfs.debug';
const defaultPauseSeconds = 120;
/** Long enough for any dump; without an end a forgotten switch would keep a machine on for ever. */
const longestPauseSeconds = 3600;

const off: Debugging = { pauseSeconds: 0, verbose: false, shell: false };

/** The union of what the command line and the flag files ask for. Unknown words ask for nothing. */
export function parseDebugging(commandLine: string, flagFiles: readonly string[]): Debugging {
  const requests = commandLine
    .split(/\s+/)
    .filter((word) => word === parameter || word.startsWith(`${parameter}=`))
    .map((word) => word.slice(parameter.length + 1));
  return [...requests, ...flagFiles].map(parseSwitches).reduce(unite, off);
}

function parseSwitches(text: string): Debugging {
  const words = text.split(/[\s,]+/).filter((word) => word !== '');
  if (words.length === 0) return { ...off, pauseSeconds: defaultPauseSeconds };
  return words.map(parseSwitch).reduce(unite, off);
}

function parseSwitch(word: string): Debugging {
  const [name, value = ''] = word.split(':', 2);
  switch (name) {
    case 'pause':
      return { ...off, pauseSeconds: parsePause(value) };
    case 'verbose':
      return { ...off, verbose: true };
    case 'shell':
      return { ...off, shell: true };
    default:
      return off;
  }
}

function parsePause(value: string): number {
  return /^\d{1,9}$/.test(value)
    ? Math.min(Number(value), longestPauseSeconds)
    : defaultPauseSeconds;
}

function unite(one: Debugging, other: Debugging): Debugging {
  return {
    pauseSeconds: Math.max(one.pauseSeconds, other.pauseSeconds),
    verbose: one.verbose || other.verbose,
    shell: one.shell || other.shell,
  };
}
