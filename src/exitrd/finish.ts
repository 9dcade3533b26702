/** The end: reboot(2) by the verb, with the fall-backs systemd-shutdown has. */
import { reboot } from '../kernel/system-call.ts';
import type { Budget } from './budget.ts';
import type { Run } from './execute-plan.ts';
import type { Journal } from './journal.ts';
import type { Verb } from './verb.ts';

const busybox = '/usr/bin/busybox';

/**
 * Returns only when the kernel refused every way, for the guard to try its own.
 * @param parameter the text of /run/systemd/reboot-param, empty for none.
 * @param flush whether anything is still mounted that reboot(2), which flushes nothing, would cut off.
 */
export async function finish(
  verb: Verb,
  parameter: string,
  flush: boolean,
  budget: Budget,
  run: Run,
  journal: Journal,
): Promise<void> {
  if (flush) await run([busybox, 'sync'], budget.reserved(10_000));
  for (const attempt of attemptsOf(verb, parameter)) {
    const refusal = reboot(attempt, attempt === 'restartWithArgument' ? parameter : '');
    journal.warn(`${verb}: reboot(2) ${attempt}: ${refusal}`);
  }
}

type Attempt = Parameters<typeof reboot>[0];

/** As systemd-shutdown: kexec falls through to a reboot, a reboot's argument is tried first. */
export function attemptsOf(verb: Verb, parameter: string): readonly Attempt[] {
  const restart: readonly Attempt[] =
    parameter === '' ? ['restart'] : ['restartWithArgument', 'restart'];
  switch (verb) {
    case 'poweroff':
      return ['powerOff', 'halt'];
    case 'halt':
      return ['halt', 'powerOff'];
    case 'reboot':
      return restart;
    case 'kexec':
      return ['kexec', ...restart];
  }
}
