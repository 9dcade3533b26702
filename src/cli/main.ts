/** The command line: declarations only, each command's work is loaded when it is asked for. */
import yargs from 'yargs';
import { planCommand } from './command/plan.ts';
import { snapshotCommand } from './command/snapshot.ts';
import { scanCommand } from './command/scan.ts';
import { reportError } from './report-error.ts';

/** Runs one command line (without the two words of the interpreter) and sets the exit status. */
export async function runCommandLine(words: readonly string[]): Promise<void> {
  try {
    await yargs(words)
      .scriptName('shutdownramfs')
      .usage('$0 <command>\n\nBuilds and installs the system that a Linux machine shuts down from.')
      .command(planCommand)
      .command(snapshotCommand)
      .command(scanCommand)
      .demandCommand(1, 'Name a command.')
      .strict()
      .version(false)
      .fail((message, error) => {
        throw error ?? new UsageError(message);
      })
      .parseAsync();
  } catch (error) {
    reportError(error);
  }
}

/** Words that make no command line. */
export class UsageError extends Error {}
