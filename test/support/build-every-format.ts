/**
 * A program: builds images of a root as `build` does, in every format and compression, with a
 * stand-in for the executable, so that it takes a moment only. Words: ROOT EXECUTABLE DIRECTORY.
 */
import { join } from 'node:path';
import { runBuild } from '../../src/image/run-build.ts';
import { formatPairs } from './format-pairs.ts';

const [root = '', executable = '', directory = ''] = process.argv.slice(2);
for (const [format, compress] of formatPairs) {
  const output = join(directory, `${format}.${compress}`);
  await runBuild({ root, executable, output, format, compress, features: ['crypt'], config: [] });
}
