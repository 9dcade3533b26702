import type { Settings } from '../settings/settings.ts';
import type { Debugging } from './debugging.ts';

/**
 * How much the console shows: what the settings say, unless somebody debugs. Who asked for a pause has
 * to see that it has begun.
 */
export function consoleOutput(
  output: Settings['output'],
  debugging: Debugging,
): Settings['output'] {
  if (debugging.verbose) return 'verbose';
  const isWatched = debugging.shell || debugging.pauseSeconds > 0;
  return output === 'quiet' && isWatched ? 'normal' : output;
}
