import type { CommandModule } from 'yargs';

interface SbomArguments {
  image: string;
  format: 'cyclonedx' | 'spdx';
  output: string | undefined;
}

export const sbomCommand: CommandModule<object, SbomArguments> = {
  command: 'sbom <image>',
  describe: 'Print what an image is made of, as a bill of materials',
  builder: (yargs) =>
    yargs
      .positional('image', { type: 'string', demandOption: true, describe: 'File or directory' })
      .option('format', {
        choices: ['cyclonedx', 'spdx'] as const,
        default: 'cyclonedx' as const,
        describe: 'CycloneDX 1.6 or SPDX 2.3, both as JSON',
      })
      .option('output', {
        alias: 'o',
        type: 'string',
        requiresArg: true,
        describe: 'Write to this file, not to standard output',
      }),
  async handler({ image, format, output }) {
    const [{ sbomText }, { writeWhole }] = await Promise.all([
      import('../../sbom/sbom-text.ts'),
      import('../../snapshot/write-whole.ts'),
    ]);
    const text = await sbomText(image, format);
    if (output === undefined) process.stdout.write(text);
    else await writeWhole(output, text);
  },
};
