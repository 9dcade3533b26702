import type { CommandModule } from 'yargs';

interface StatusArguments {
  readonly last: boolean;
  readonly json: boolean;
}

export const statusCommand: CommandModule<object, StatusArguments> = {
  command: 'status',
  describe: 'Tell which keys the kernel holds, and whether a shutdown will be able to wipe each',
  builder: (command) =>
    command
      .option('last', {
        type: 'boolean',
        default: false,
        describe: 'Show what is known of the last shutdown instead',
      })
      .option('json', { type: 'boolean', default: false, describe: 'Print one JSON document' })
      .epilogue(
        'Exit status: 0 all can be wiped, 3 not all, or it cannot be told. With --last: 0 the last shutdown was clean, 3 it was not, 4 there is no record of one.',
      ),
  handler: async ({ last, json }) => {
    if (last) {
      const { showLastShutdown } = await import('../show-last-shutdown.ts');
      await showLastShutdown(json);
      return;
    }
    const [
      { machineFactSource },
      { readStatusFacts, statusSource },
      { statusOf },
      { renderStatus },
    ] = await Promise.all([
      import('../../medium/machine-fact-source.ts'),
      import('../../status/status-facts.ts'),
      import('../../status/status.ts'),
      import('../../status/render-status.ts'),
    ]);
    const status = statusOf(await readStatusFacts(statusSource(machineFactSource)));
    process.stdout.write(json ? `${JSON.stringify(status, undefined, 2)}\n` : renderStatus(status));
    process.exitCode = status.wipeable ? 0 : 3;
  },
};
