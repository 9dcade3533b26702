import { once } from 'node:events';
import type { CommandModule } from 'yargs';

interface CatArguments {
  image: string;
  path: string;
}

export const catCommand: CommandModule<object, CatArguments> = {
  command: 'cat <image> <path>',
  describe: 'Print one file of an image',
  builder: (yargs) =>
    yargs
      .positional('image', { type: 'string', demandOption: true, describe: 'File or directory' })
      .positional('path', { type: 'string', demandOption: true, describe: 'Path in the image' }),
  async handler({ image, path }) {
    const { catFile } = await import('../../archive/cat-file.ts');
    for await (const part of catFile(image, path)) {
      if (!process.stdout.write(part)) await once(process.stdout, 'drain');
    }
  },
};
