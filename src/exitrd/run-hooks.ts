/**
 * Programs of others at fixed times: one after the other, in the order of their names, each in a child
 * with a deadline. What they do is their own matter: none of them stops the shutdown.
 */
import type { Hook, HookTime } from '../settings/settings.ts';
import type { Budget } from './budget.ts';
import type { Run } from './execute-plan.ts';
import type { Journal } from './journal.ts';
import type { Verb } from './verb.ts';

export interface HookOutcome {
  readonly name: string;
  readonly when: HookTime;
  readonly ok: boolean;
  readonly milliseconds: number;
  /** Not there when it went well. */
  readonly reason?: string;
}

/** What a hook is told of the shutdown. */
export interface HookFacts {
  readonly verb: Verb;
  /** Ids of the steps that are still to be done. */
  readonly left: readonly string[];
  /** As in the report; unknown before the end. */
  readonly clean?: boolean;
}

/** What all hooks of one time may take together, so that the teardown has its own. */
const mostMilliseconds: Readonly<Record<HookTime, number>> = {
  'before-unmount': 30_000,
  'after-unmount': 20_000,
  final: 10_000,
};
const mostLines = 50;

export async function runHooks(
  when: HookTime,
  hooks: readonly Hook[],
  facts: HookFacts,
  budget: Budget,
  run: Run,
  journal: Journal,
): Promise<readonly HookOutcome[]> {
  const outcomes: HookOutcome[] = [];
  const start = budget.elapsed();
  for (const hook of hooks.filter((hook) => hook.when === when)) {
    const left = mostMilliseconds[when] - (budget.elapsed() - start);
    const wanted = Math.min(hook.seconds * 1000, left);
    // The time of the last ones is the reserve's: nothing is left to be done.
    const deadline = when === 'final' ? budget.reserved(wanted) : budget.deadline(wanted);
    outcomes.push(await runHook(hook, facts, Math.max(0, deadline), run, journal));
  }
  return outcomes;
}

async function runHook(
  { name, program, when }: Hook,
  facts: HookFacts,
  deadline: number,
  run: Run,
  journal: Journal,
): Promise<HookOutcome> {
  const start = performance.now();
  const { ok, reason, stdout, stderr } =
    deadline === 0
      ? { ok: false, reason: 'no time left', stdout: '', stderr: '' }
      : await run([program, facts.verb, when], deadline, variablesOf(when, facts), deadline);
  const lines = `${stdout}\n${stderr}`.split('\n').filter((line) => line.trim() !== '');
  for (const line of lines.slice(0, mostLines)) journal.detail(`hook ${name}: ${line}`);
  if (ok) journal.detail(`hook ${name}`);
  else journal.warn(`hook ${name}: failed: ${reason}`);
  const milliseconds = Math.round(performance.now() - start);
  return { name, when, ok, milliseconds, ...(ok ? {} : { reason }) };
}

/** shutdownramfs-hooks(7) explains them. */
function variablesOf(
  when: HookTime,
  { verb, left, clean }: HookFacts,
): Readonly<Record<string, string>> {
  return {
    SHUTDOWNRAMFS_VERB: verb,
    SHUTDOWNRAMFS_WHEN: when,
    SHUTDOWNRAMFS_LEFT: left.join('\n'),
    ...(clean === undefined ? {} : { SHUTDOWNRAMFS_CLEAN: clean ? 'yes' : 'no' }),
  };
}
