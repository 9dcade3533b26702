import type { CommandModule } from 'yargs';
import { featureOption } from '../feature-option.ts';

interface LiveBuildArguments {
  directory: string;
  feature: string[];
  'watch-medium': boolean;
  separate: boolean;
}

export const liveBuildCommand: CommandModule<object, LiveBuildArguments> = {
  command: 'live-build',
  describe: 'Add the hook to a configuration of live-build that installs into its live system',
  builder: (yargs) =>
    yargs
      .option('directory', {
        type: 'string',
        default: '.',
        describe: 'Where lb config was run',
      })
      .option('feature', { ...featureOption, default: ['crypt'] })
      .option('watch-medium', {
        type: 'boolean',
        default: true,
        describe: 'End the machine when the medium it runs from goes away',
      })
      .option('separate', {
        type: 'boolean',
        default: false,
        describe: 'Write script, package list and executable as three files',
      }),
  async handler({ directory, feature, separate, 'watch-medium': watchMedium }) {
    const { writeHook } = await import('../../live-build/write-hook.ts');
    const written = await writeHook({ directory, features: feature, watchMedium, separate });
    process.stdout.write(written.map((path) => `wrote ${path}\n`).join(''));
  },
};
