import type { CommandModule } from 'yargs';

interface MediumArguments {
  readonly snapshot: string | undefined;
  readonly json: boolean;
}

export const mediumCommand: CommandModule<object, MediumArguments> = {
  command: 'medium',
  describe: 'Print the disks that the running system cannot be read without',
  builder: (command) =>
    command
      .option('snapshot', {
        type: 'string',
        requiresArg: true,
        describe: 'Tell of the machine in this file, made by `snapshot`, not of this one',
      })
      .option('json', { type: 'boolean', default: false, describe: 'Print all findings as JSON' }),
  handler: async ({ snapshot: path, json }) => {
    const [{ loadSnapshot }, { machineFactSource }, { findMedium }, { renderMedium }] =
      await Promise.all([
        import('../../snapshot/load-snapshot.ts'),
        import('../../medium/machine-fact-source.ts'),
        import('../../medium/find-medium.ts'),
        import('../../medium/render-medium.ts'),
      ]);
    const medium = findMedium(await loadSnapshot(path, machineFactSource));
    process.stdout.write(json ? `${JSON.stringify(medium, undefined, 2)}\n` : renderMedium(medium));
  },
};
