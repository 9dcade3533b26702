import type { CommandModule } from 'yargs';
import { interruption } from '../interruption.ts';

interface UnpackArguments {
  image: string;
  directory: string;
}

export const unpackCommand: CommandModule<object, UnpackArguments> = {
  command: 'unpack <image> <directory>',
  describe: 'Unpack an image into a new directory',
  builder: (yargs) =>
    yargs
      .positional('image', { type: 'string', demandOption: true, describe: 'File or directory' })
      .positional('directory', { type: 'string', demandOption: true, describe: 'To be created' }),
  async handler({ image, directory }) {
    const { unpackImage } = await import('../../archive/unpack-image.ts');
    await unpackImage(image, directory, interruption());
  },
};
