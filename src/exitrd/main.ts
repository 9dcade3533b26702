/**
 * The exitrd program: what systemd-shutdown's execution of /shutdown ends in, as the child of the
 * guard that is PID 1. Snapshot, plan and execution in rounds; what cannot be closed gets its key
 * wiped; memory is released; the machine goes the way the verb says.
 */
import { lockMemory } from '../kernel/system-call.ts';
import { renderStack } from '../plan/render-stack.ts';
import { parseSettings } from '../settings/parse-settings.ts';
import { settingsPath, type Settings } from '../settings/settings.ts';
import { versionLine } from '../version.ts';
import { startBudget } from './budget.ts';
import { consoleOutput } from './console-output.ts';
import { parseDebugging, type Debugging } from './debugging.ts';
import { pauseForDebugging } from './debugging-pause.ts';
import { finish } from './finish.ts';
import { readFlagFile } from './flag-file.ts';
import { goDown } from './go-down.ts';
import { beatForGuard } from './guard.ts';
import { longestRecord, openJournal } from './journal.ts';
import { keepRecord } from './keep-record.ts';
import { settleOverwriteRequest } from './memory-overwrite-request.ts';
import { patientRun } from './patient-run.ts';
import { watchProgress } from './progress.ts';
import { readNow } from './read-now.ts';
import { fitReport, isErased, reportOf, summaryOf, withHooks, withRequest } from './report.ts';
import { runChild } from './run-child.ts';
import { runAndTell } from './run-and-tell.ts';
import { runWithDeadline } from './run-with-deadline.ts';
import { runHooks } from './run-hooks.ts';
import { stepsLeft } from './tear-down.ts';
import { parseRequest } from './verb.ts';
import { feedWatchdog, watchdogSeconds } from './watchdog.ts';

const guardGraceSeconds = 15;
/** sysexits(3) EX_SOFTWARE: the guard takes over when it sees us gone, whatever the status. */
const crashed = 70;

/**
 * Does not return unless the kernel refuses to go down. Only PID 1 and its children are obeyed: under
 * the name `shutdown` on a machine in use, the first thing to go would be whoever called it.
 */
export async function runExitrd(words: readonly string[]): Promise<void> {
  if (await runChild(words)) return;
  if (process.pid !== 1 && process.ppid !== 1) {
    process.stderr.write('shutdown: refused: this is for PID 1 to start, in /run/initramfs\n');
    process.exitCode = 1;
    return;
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGPIPE'] as const) {
    process.on(signal, () => undefined);
  }
  const { settings, flaw } = parseSettings(readNow(settingsPath));
  const budget = startBudget(watchdogSeconds(process.env), settings.time.totalSeconds);
  beatForGuard(budget.totalSeconds + guardGraceSeconds);
  const debugging = readDebugging(settings);
  const journal = openJournal(consoleOutput(settings.output, debugging));
  for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
    process.on(event, (error) => {
      journal.warn(`bug: ${error instanceof Error ? error.stack : String(error)}`);
      process.exit(crashed);
    });
  }
  journal.detail(versionLine);
  if (flaw !== undefined) journal.warn(`read ${settingsPath}: ${flaw}; going on with the defaults`);
  lockMemory();
  const progress = watchProgress();
  await feedWatchdog(process.env, progress);
  const request = parseRequest(words);
  if (!request.understood) {
    journal.warn(`verb ${JSON.stringify(request.word)}: not known, powering off`);
  }
  const rebootParameter = readLine('/run/systemd/reboot-param');
  const patient = patientRun(runWithDeadline, progress);
  const run = runAndTell(journal, patient.run);
  const result = await goDown(request.verb, settings, budget, run, journal, progress);
  const outcome = reportOf(request.verb, result, budget.elapsed(), patient.hangs());
  const overwriteRequest = await settleOverwriteRequest(
    settings.memoryOverwriteRequest,
    outcome.clean && isErased(outcome),
    budget,
    run,
  );
  const final = await runHooks(
    'final',
    settings.hooks,
    { verb: request.verb, left: stepsLeft(result.teardown), clean: outcome.clean },
    budget,
    run,
    journal,
  );
  const report = withHooks(withRequest(outcome, overwriteRequest), [...result.hooks, ...final]);
  journal.say(summaryOf(report));
  for (const line of report.failures) journal.warn(line);
  if (report.left.length > 0) {
    for (const line of report.blockers) journal.warn(line);
    const notes = Map.groupBy(result.teardown.blockers, ({ object }) => object);
    journal.warn(`left:\n${renderStack(result.teardown.last, notes)}`);
  }
  journal.record(fitReport(report, longestRecord - 'shutdownramfs: '.length));
  await keepRecord(report, settings.record, budget, run, journal);
  await progress.during(pauseForDebugging(debugging, budget, journal));
  await finish(request.verb, rebootParameter, !report.clean, budget, run, journal);
}

function readDebugging({ debugging }: Settings): Debugging {
  const files = debugging.flagFiles.map(readFlagFile);
  return parseDebugging(
    readLine('/proc/cmdline'),
    files.filter((text) => text !== undefined),
    debugging,
  );
}

function readLine(path: string): string {
  return readNow(path)?.split('\n', 1)[0] ?? '';
}
