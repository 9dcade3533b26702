import type { CommandModule } from 'yargs';
import { configOption } from '../config-option.ts';

interface ConfigArguments {
  root: string;
  config: string[] | undefined;
  json: boolean;
  schema: boolean;
}

export const configCommand: CommandModule<object, ConfigArguments> = {
  command: 'config',
  describe: 'Check the configuration and print what it comes to',
  builder: (yargs) =>
    yargs
      .option('root', {
        type: 'string',
        default: '/',
        describe: 'Read the configuration of this root',
      })
      .option('config', configOption)
      .option('json', { type: 'boolean', default: false, describe: 'Print it as JSON' })
      .option('schema', {
        type: 'boolean',
        default: false,
        describe: 'Print the JSON schema of a configuration file, and read none',
      }),
  async handler({ root, config, json, schema }) {
    if (schema) {
      const { fileJsonSchema } = await import('../../config/file-json-schema.ts');
      process.stdout.write(`${JSON.stringify(fileJsonSchema(), undefined, 2)}\n`);
      return;
    }
    const { loadConfiguration } = await import('../../config/load-configuration.ts');
    const effective = await loadConfiguration(root, config);
    if (json) {
      process.stdout.write(`${JSON.stringify(effective.configuration, undefined, 2)}\n`);
      return;
    }
    const { renderConfiguration } = await import('../../config/render-configuration.ts');
    process.stdout.write(renderConfiguration(effective));
  },
};
