/** The command line: declarations only, each command's work is loaded when it is asked for. */
import yargs from 'yargs';
import { planCommand } from './command/plan.ts';
import { snapshotCommand } from './command/snapshot.ts';
import { scanCommand } from './command/scan.ts';
import { buildCommand } from './command/build.ts';
import { catCommand } from './command/cat.ts';
import { installCommand } from './command/install.ts';
import { listCommand } from './command/list.ts';
import { uninstallCommand } from './command/uninstall.ts';
import { unpackCommand } from './command/unpack.ts';
import { reportError } from './report-error.ts';
import { UsageError } from './usage-error.ts';

/** Runs one command line (without the two words of the interpreter) and sets the exit status. */
export async function runCommandLine(words: readonly string[]): Promise<void> {
  try {
    await yargs(words)
      .scriptName('shutdownramfs')
      .usage('$0 <command>\n\nBuilds and installs the system that a Linux machine shuts down from.')
      .command(planCommand)
      .command(snapshotCommand)
      .command(scanCommand)
      .command(buildCommand)
      .command(listCommand)
      .command(catCommand)
      .command(unpackCommand)
      .command(installCommand)
      .command(uninstallCommand)
      .demandCommand(1, 'Name a command.')
      .strict()
      .version(false)
      .fail((message, error) => {
        // yargs hands over an error of its own for words it does not know.
        throw error === undefined || error.name === 'YError' ? new UsageError(message) : error;
      })
      .parseAsync();
  } catch (error) {
    reportError(error);
  }
}
