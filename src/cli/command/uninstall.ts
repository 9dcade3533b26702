import type { CommandModule } from 'yargs';

export const uninstallCommand: CommandModule<object, { root: string }> = {
  command: 'uninstall',
  describe: 'Remove what install has put in place',
  builder: (yargs) =>
    yargs.option('root', { type: 'string', default: '/', describe: 'Remove it from this root' }),
  async handler({ root }) {
    const { uninstallExitrd } = await import('../../install/uninstall-exitrd.ts');
    await uninstallExitrd(root);
  },
};
