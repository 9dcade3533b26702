import type { CommandModule } from 'yargs';

interface CheckArguments {
  image: string;
  root: string | undefined;
  start: boolean;
  json: boolean;
}

export const checkCommand: CommandModule<object, CheckArguments> = {
  command: 'check <image>',
  describe: 'Tell whether an image is whole, starts its programs, and is as new as its root',
  builder: (yargs) =>
    yargs
      .positional('image', { type: 'string', demandOption: true, describe: 'File or directory' })
      .option('root', {
        type: 'string',
        requiresArg: true,
        describe: 'Compare with the packages and files of this root',
      })
      .option('start', {
        type: 'boolean',
        default: true,
        describe: 'Start each program once (--no-start: only look for its libraries)',
      })
      .option('json', { type: 'boolean', default: false, describe: 'Print one JSON document' })
      .epilogue('Exit status: 0 sound, 1 damaged or broken or no image, 3 outdated.'),
  async handler({ image, root, start, json }) {
    const { checkImage } = await import('../../check/check-image.ts');
    const { formatCheck } = await import('../check-report.ts');
    const check = await checkImage({ image, root, start });
    process.stdout.write(json ? `${JSON.stringify(check, null, 1)}\n` : formatCheck(check));
    process.exitCode = { sound: 0, outdated: 3, broken: 1, damaged: 1 }[check.verdict];
  },
};
