/**
 * Runs commands as long as waiting can help: until the deadline, or until no disk has answered anything for a while.
 * A command that hung once has little time when it is tried again.
 */
import type { Run } from './execute-plan.ts';
import type { Progress } from './progress.ts';
import type { CommandOutcome, runWithDeadline } from './run-with-deadline.ts';
import { unansweredDisks } from './unanswered-disks.ts';

/**
 * Of a disk that works nothing takes so long; one whose bus is being reset may (SD_TIMEOUT is 30 s), but rounds and
 * flushes follow that wait as well.
 */
const usualIdle = 15_000;
const secondTry = 2_000;
const pollMilliseconds = 500;
/** No tool says so much of a shutdown: one that does never comes to an end. */
const mostCharacters = 8 * 2 ** 20;

export interface PatientRun {
  readonly run: Run;
  /** What hung, once each, and for what it waited: `umount /oldroot: no end …`. */
  readonly hangs: () => readonly string[];
}

export function patientRun(runOnce: typeof runWithDeadline, progress: Progress): PatientRun {
  const hung = new Map<string, string>();
  const run: Run = async (command, deadline, variables, idle = usualIdle) => {
    const words = command.join(' ');
    const allowed = hung.has(words) ? Math.min(deadline, secondTry) : deadline;
    const start = performance.now();
    const isIdle = (least: number) =>
      performance.now() - Math.max(start, progress.lastAnswer()) >= least;
    const giveUp = new AbortController();
    const timer = setInterval(() => {
      if (isIdle(idle)) giveUp.abort();
    }, pollMilliseconds);
    // A hook, which may be silent for all of its time, may talk for all of it too.
    const most = idle === deadline ? Infinity : mostCharacters;
    const outcome = await runOnce(command, allowed, variables, giveUp.signal, most);
    clearInterval(timer);
    if (outcome.hung !== true) {
      progress.mark();
      return outcome;
    }
    // One that was still writing when its time was up has not hung.
    if (!isIdle(Math.min(idle, secondTry))) return outcome;
    const told = withDisks(outcome);
    if (!hung.has(words)) hung.set(words, `${describe(command)}: ${told.reason}`);
    return told;
  };
  return { run, hangs: () => [...hung.values()] };
}

function withDisks(outcome: CommandOutcome): CommandOutcome {
  const disks = unansweredDisks();
  return disks.length === 0
    ? outcome
    : { ...outcome, reason: `${outcome.reason}, no answer from ${disks.join(', ')}` };
}

const mostWords = 4;

/** Program and object: what stands between are switches. */
function describe(command: readonly string[]): string {
  const [program = '', ...words] = command;
  const objects = words.filter((word) => !/^-|\n|^none$/.test(word));
  const told = objects.length > mostWords ? [...objects.slice(0, mostWords), '…'] : objects;
  return [program.replace(/^.*\//, ''), ...told].join(' ');
}
