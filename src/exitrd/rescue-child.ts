/**
 * What the guard cannot do without us, asked of a fresh start of the executable after another one has failed: each
 * needs a system call that no packed tool makes.
 */
import { reboot } from '../kernel/system-call.ts';
import { isChildOfExitrd } from './child-of-exitrd.ts';
import { attemptsOf } from './finish.ts';
import { clearKeyrings } from './keyrings.ts';
import { parseRequest } from './verb.ts';

export async function runClearKeyringsChild(): Promise<void> {
  if (isRefused('clear keyrings')) return;
  await clearKeyrings();
}

/** Words: the verb, the argument of a reboot. Returns only when the kernel refused. */
export function runEndChild(words: readonly string[]): void {
  if (isRefused('end the machine')) return;
  const parameter = words[1] ?? '';
  for (const attempt of attemptsOf(parseRequest(words).verb, parameter)) {
    const refusal = reboot(attempt, attempt === 'restartWithArgument' ? parameter : '');
    process.stderr.write(`shutdown: reboot(2) ${attempt}: ${refusal}\n`);
  }
  process.exitCode = 1;
}

function isRefused(what: string): boolean {
  if (isChildOfExitrd()) return false;
  process.stderr.write(`${what}: refused: this is for the exitrd to start\n`);
  process.exitCode = 1;
  return true;
}
