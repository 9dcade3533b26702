import type { CommandModule } from 'yargs';
import { configOption } from '../config-option.ts';
import { featureOption } from '../feature-option.ts';

interface InstallArguments {
  root: string;
  hold: 'compressed' | 'unpacked' | undefined;
  fill: 'boot' | 'shutdown';
  feature: string[] | undefined;
  config: string[] | undefined;
  'with-command': boolean;
  'watch-medium': boolean;
  start: boolean;
}

export const installCommand: CommandModule<object, InstallArguments> = {
  command: 'install',
  describe: 'Put image, service and shutdown hook in place and enable them',
  builder: (yargs) =>
    yargs
      .option('root', {
        type: 'string',
        default: '/',
        describe: 'Build from this root and install into it',
      })
      .option('hold', {
        choices: ['compressed', 'unpacked'] as const,
        describe: 'How the image lies in memory until shutdown; compressed where possible',
      })
      .option('fill', {
        choices: ['boot', 'shutdown'] as const,
        default: 'boot' as const,
        describe: 'When the image is copied into memory',
      })
      .option('feature', featureOption)
      .option('config', configOption)
      .option('with-command', {
        type: 'boolean',
        default: false,
        describe: 'Also install this executable as /usr/bin/shutdownramfs',
      })
      .option('watch-medium', {
        type: 'boolean',
        default: false,
        describe: 'End the machine when the medium it runs from goes away; needs memlockd',
      })
      .option('start', {
        type: 'boolean',
        default: true,
        describe: 'Fill now when the root is that of the running machine',
      }),
  async handler({ feature, root, hold, fill, start, config, ...others }) {
    const { installExitrd } = await import('../../install/install-exitrd.ts');
    const done = await installExitrd({
      root,
      hold,
      fill,
      withCommand: others['with-command'],
      watchMedium: others['watch-medium'],
      start,
      features: feature,
      config,
    });
    const why = done.reason === undefined ? '' : ` (${done.reason})`;
    const memory = `${(done.kib / 1024).toFixed(1)} MiB of memory`;
    process.stdout.write(`installed in ${done.root}: held ${done.hold}${why}, ${memory}, `);
    process.stdout.write(`filled at ${done.fill}${done.started ? ' and now' : ''}\n`);
  },
};
