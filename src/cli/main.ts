/** The command line: declarations only, each command's work is loaded when it is asked for. */
import yargs from 'yargs';
import { planCommand } from './command/plan.ts';
import { snapshotCommand } from './command/snapshot.ts';
import { sbomCommand } from './command/sbom.ts';
import { scanCommand } from './command/scan.ts';
import { buildCommand } from './command/build.ts';
import { catCommand } from './command/cat.ts';
import { checkCommand } from './command/check.ts';
import { configCommand } from './command/config.ts';
import { featuresCommand } from './command/features.ts';
import { installCommand } from './command/install.ts';
import { listCommand } from './command/list.ts';
import { liveBuildCommand } from './command/live-build.ts';
import { mediumCommand } from './command/medium.ts';
import { statusCommand } from './command/status.ts';
import { uninstallCommand } from './command/uninstall.ts';
import { unpackCommand } from './command/unpack.ts';
import { versionLine } from '../version.ts';
import { checkWords } from './check-words.ts';
import { completeFeature } from './complete-feature.ts';
import { endWithReader } from './end-with-reader.ts';
import { reportError } from './report-error.ts';
import { UsageError } from './usage-error.ts';

type Completed = (words: string[]) => void;

/** Runs one command line (without the two words of the interpreter) and sets the exit status. */
export async function runCommandLine(words: readonly string[]): Promise<void> {
  endWithReader();
  try {
    await yargs(words)
      .scriptName('shutdownramfs')
      .usage('$0 <command>\n\nBuilds and installs the system that a Linux machine shuts down from.')
      .command(buildCommand)
      .command(listCommand)
      .command(catCommand)
      .command(unpackCommand)
      .command(checkCommand)
      .command(sbomCommand)
      .command(featuresCommand)
      .command(installCommand)
      .command(uninstallCommand)
      .command(liveBuildCommand)
      .command(configCommand)
      .command(statusCommand)
      .command(planCommand)
      .command(mediumCommand)
      .command(snapshotCommand)
      .command(scanCommand)
      .completion(
        'completion',
        'Print a script that completes words in bash or zsh',
        (_word: string, _argv: unknown, completeOthers: () => void, done: Completed) => {
          const completed = completeFeature(words);
          if (completed === undefined) completeOthers();
          else done(completed);
        },
      )
      .demandCommand(1, 'Name a command.')
      .recommendCommands()
      .strict()
      .check(checkWords, true)
      .version('version', 'Print the version of this program and of its runtime', versionLine)
      .fail((message, error) => {
        // yargs hands over an error of its own for words it does not know.
        const isUsage = error === undefined || error.name === 'YError';
        if (!isUsage) throw error;
        // A command's name that is nearly one; of which, yargs does not say.
        const command = words.find((word) => !word.startsWith('-'));
        const said = message.startsWith('Did you mean') ? `Unknown command: ${command}. ` : '';
        throw new UsageError(said + message.replaceAll(/\s*\n\s*/g, ' '));
      })
      .parseAsync();
  } catch (error) {
    reportError(error);
  }
}
