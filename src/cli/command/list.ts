import type { CommandModule } from 'yargs';

interface ListArguments {
  image: string;
  json: boolean;
}

export const listCommand: CommandModule<object, ListArguments> = {
  command: 'list <image>',
  describe: 'List what an image holds',
  builder: (yargs) =>
    yargs
      .positional('image', { type: 'string', demandOption: true, describe: 'File or directory' })
      .option('json', { type: 'boolean', default: false, describe: 'One array of JSON' }),
  async handler({ image, json }) {
    const { readImage } = await import('../../archive/read-image.ts');
    const rows: object[] = [];
    for await (const { kind, path, mode, size, target } of readImage(image)) {
      if (json) {
        rows.push({ kind, path, mode: mode.toString(8).padStart(4, '0'), size, target });
        continue;
      }
      const letter = { directory: 'd', file: '-', symlink: 'l', other: '?' }[kind];
      const arrow = target === undefined ? '' : ` -> ${target}`;
      const bits = mode.toString(8).padStart(4, '0');
      process.stdout.write(`${letter} ${bits} ${String(size).padStart(10)} ${path}${arrow}\n`);
    }
    if (json) process.stdout.write(`${JSON.stringify(rows, null, 1)}\n`);
  },
};
