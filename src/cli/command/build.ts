import type { CommandModule } from 'yargs';
import { interruption } from '../interruption.ts';
import {
  compressions,
  imageFormats,
  type Compression,
  type ImageFormat,
} from '../../archive/image-format.ts';
import { configOption } from '../config-option.ts';
import { featureOption } from '../feature-option.ts';

interface BuildArguments {
  output: string;
  root: string;
  format: ImageFormat | undefined;
  compress: Compression | undefined;
  level: number | undefined;
  feature: string[] | undefined;
  config: string[] | undefined;
  executable: string | undefined;
  /** False where none is wanted. */
  manifest: string | false | undefined;
  json: boolean;
  verbose: boolean;
}

export const buildCommand: CommandModule<object, BuildArguments> = {
  command: 'build',
  describe: 'Build the image that a machine shuts down from',
  builder: (yargs) =>
    yargs
      .option('output', {
        alias: 'o',
        type: 'string',
        demandOption: true,
        requiresArg: true,
        describe: 'File or directory to write',
      })
      .option('root', {
        type: 'string',
        default: '/',
        describe: 'Take programs and libraries from this root',
      })
      .option('format', {
        choices: imageFormats,
        describe: 'What to write; cpio where nothing says otherwise',
      })
      .option('compress', {
        choices: compressions,
        describe: 'Compression; zstd where nothing says otherwise, for erofs lz4',
      })
      .option('level', { type: 'number', describe: 'Level of the compression' })
      .option('feature', featureOption)
      .option('config', configOption)
      .option('executable', {
        type: 'string',
        requiresArg: true,
        describe:
          'Pack this shutdownramfs, made for the processor of the root, not the one that runs',
      })
      .option('manifest', {
        type: 'string',
        requiresArg: true,
        describe:
          'Write the manifest to this file too; OUTPUT.manifest.json unless given (--no-manifest: to none)',
      })
      .option('json', { type: 'boolean', default: false, describe: 'Print the manifest as JSON' })
      .option('verbose', { type: 'boolean', default: false, describe: 'Say what costs how much' }),
  async handler({ feature, json, verbose, executable: other, manifest: beside, ...options }) {
    const { runBuild } = await import('../../image/run-build.ts');
    const { otherExecutable } = await import('../../image/other-executable.ts');
    const { besideImage } = await import('../../image/manifest-beside.ts');
    const { formatReport } = await import('../build-report.ts');
    const signal = interruption();
    const executable = other === undefined ? undefined : await otherExecutable(other);
    const manifest = beside === false ? undefined : (beside ?? besideImage(options.output));
    const report = await runBuild({ ...options, executable, manifest, features: feature, signal });
    if (json) process.stdout.write(`${JSON.stringify(report, null, 1)}\n`);
    else process.stdout.write(formatReport(report, verbose));
  },
};
