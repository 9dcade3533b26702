import type { CommandModule } from 'yargs';

interface StatusArguments {
  readonly json: boolean;
}

export const statusCommand: CommandModule<object, StatusArguments> = {
  command: 'status',
  describe: 'Tell which keys the kernel holds, and whether a shutdown will be able to wipe each',
  builder: (command) =>
    command
      .option('json', { type: 'boolean', default: false, describe: 'Print one JSON document' })
      .epilogue('Exit status: 0 all can be wiped, 3 not all, or it cannot be told.'),
  handler: async ({ json }) => {
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
