import { basename } from 'node:path';
import type { CommandModule } from 'yargs';

interface ListArguments {
  image: string;
  json: boolean;
  sizes: boolean;
  treemap: string | undefined;
}

export const listCommand: CommandModule<object, ListArguments> = {
  command: 'list <image>',
  describe: 'List what an image holds',
  builder: (yargs) =>
    yargs
      .positional('image', { type: 'string', demandOption: true, describe: 'File or directory' })
      .option('json', { type: 'boolean', default: false, describe: 'One array of JSON' })
      .option('sizes', {
        type: 'boolean',
        default: false,
        describe: 'Say what each part, package and file costs, the largest first',
      })
      .option('treemap', {
        type: 'string',
        requiresArg: true,
        describe: 'Draw the sizes into this file, of HTML or of SVG by its name',
      }),
  async handler({ image, json, sizes, treemap }) {
    if (sizes || treemap !== undefined) {
      const { readSizes } = await import('../../size/image-sizes.ts');
      const { renderSizes } = await import('../../size/render-sizes.ts');
      const { writeTreemap } = await import('../../size/write-treemap.ts');
      const files = await readSizes(image);
      if (treemap !== undefined) await writeTreemap(files, basename(image), treemap);
      const text = json ? `${JSON.stringify(files, null, 1)}\n` : renderSizes(files);
      if (sizes) process.stdout.write(text);
      return;
    }
    const { readImage } = await import('../../archive/read-image.ts');
    const rows: object[] = [];
    for await (const { kind, path, mode, size, target } of readImage(image)) {
      if (json) {
        rows.push({ kind, path, mode: mode.toString(8).padStart(4, '0'), size, target });
        continue;
      }
      const letter = { directory: 'd', file: '-', symlink: 'l', link: 'h', other: '?' }[kind];
      const arrow = target === undefined ? '' : ` -> ${target}`;
      const bits = mode.toString(8).padStart(4, '0');
      process.stdout.write(`${letter} ${bits} ${String(size).padStart(10)} ${path}${arrow}\n`);
    }
    if (json) process.stdout.write(`${JSON.stringify(rows, null, 1)}\n`);
  },
};
