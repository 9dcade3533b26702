import type { CommandModule } from 'yargs';

interface SnapshotArguments {
  readonly output: string | undefined;
}

export const snapshotCommand: CommandModule<object, SnapshotArguments> = {
  command: 'snapshot',
  describe: 'Write down the facts a teardown is planned from, as JSON',
  builder: (command) =>
    command.option('output', {
      type: 'string',
      requiresArg: true,
      describe: 'Write to this file, not to standard output',
    }),
  handler: async ({ output }) => {
    const [{ takeSnapshot }, { localFactSource }, { writeWhole }] = await Promise.all([
      import('../../snapshot/take-snapshot.ts'),
      import('../../snapshot/local-fact-source.ts'),
      import('../../snapshot/write-whole.ts'),
    ]);
    const text = `${JSON.stringify(await takeSnapshot(localFactSource), undefined, 2)}\n`;
    if (output === undefined) process.stdout.write(text);
    else await writeWhole(output, text);
  },
};
