import type { CommandModule } from 'yargs';
import type { ScanRequest } from '../../scan/run-scan.ts';

type ScanArguments = Omit<ScanRequest, 'onProgress'>;

export const scanCommand: CommandModule<object, ScanArguments> = {
  command: 'scan <dump>',
  describe: 'Search a dump of memory for keys',
  builder: (yargs) =>
    yargs
      .positional('dump', {
        type: 'string',
        demandOption: true,
        describe: 'Raw or ELF (dump-guest-memory) dump',
      })
      .option('key', {
        type: 'string',
        array: true,
        nargs: 1,
        default: [],
        describe: 'File with the bytes of a key to look for',
      })
      .option('marker', {
        type: 'string',
        array: true,
        nargs: 1,
        default: [],
        describe: 'File whose content to look for, counted in pieces',
      })
      .option('unknown', {
        type: 'boolean',
        default: true,
        describe: 'Look for AES key schedules of unknown keys (--no-unknown: do not)',
      })
      .option('tolerance', {
        type: 'number',
        default: 10,
        describe: 'Bits that may be wrong in the schedule of an unknown key, 0 to 13',
      })
      .option('json', { type: 'boolean', default: false, describe: 'Print one JSON document' })
      .epilogue('Exit status: 0 nothing found, 1 something found, 2 trouble.'),
  handler: async (words) => {
    const { runScan } = await import('../../scan/run-scan.ts');
    const { showProgress } = await import('../progress.ts');
    const { reportError } = await import('../report-error.ts');
    const progress = showProgress('scan');
    try {
      const { output, isFound } = await runScan({ ...words, onProgress: progress.update });
      progress.end();
      process.stdout.write(output);
      process.exitCode = isFound ? 1 : 0;
    } catch (error) {
      progress.end();
      reportError(error);
      process.exitCode = 2;
    }
  },
};
