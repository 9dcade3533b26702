#!/usr/bin/env node
/**
 * Builds dist/shutdownramfs, the Node single executable application that is both halves of the
 * project. The exitrd half is the application's main script; the command line half is a separate
 * bundle kept as an asset, so that PID 1's child never parses a line of it.
 *
 *     npm run build                       with a Node that lacks what is never used (scripts/runtime)
 *     npm run build -- --whole-runtime    with all of Node
 *     npm run build -- --arch arm64       dist/shutdownramfs-arm64, with a Node that npm brings
 *
 * Sources: Node's doc/api/single-executable-applications.md.
 */
import { chmod, mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { execa } from 'execa';
import { rolldown, type OutputOptions } from 'rolldown';
import { contentsAsset } from '../src/image/executable-contents.ts';
import { Failure } from '../src/failure.ts';
import { noteContents } from './build/note-contents.ts';
import { architectures } from './runtime/packaged-node.ts';
import { runtimeFor } from './runtime/runtime-for.ts';

const top = join(import.meta.dirname, '..');
const dist = join(top, 'dist');

/** Directories whose files travel inside the executable, to be packed or installed by it. */
const assetDirectories = ['initramfs-skel', 'hooks'];

const { values } = parseArgs({
  options: {
    arch: { type: 'string', default: 'x64' },
    'whole-runtime': { type: 'boolean', default: false },
  },
});
const architecture = architectures.find((name) => name === values.arch);
if (architecture === undefined)
  throw new Failure(`build for ${values.arch}: ${architectures.join(' or ')}`);
const executable = architecture === 'x64' ? 'shutdownramfs' : `shutdownramfs-${architecture}`;

await mkdir(dist, { recursive: true });
const [node, ...modules] = await Promise.all([
  runtimeFor(architecture, values['whole-runtime']),
  bundle('src/main.ts', 'main.cjs'),
  bundle('src/cli/main.ts', 'cli.cjs'),
]);
await noteContents(join(top, contentsAsset), modules.flat(), process.execPath);
await buildExecutable(node);

/** The files that were bundled. */
async function bundle(input: string, file: string): Promise<readonly string[]> {
  const build = await rolldown({
    input: join(top, input),
    platform: 'node',
    // yargs asks for import.meta only to resolve an `extends` that we do not use.
    checks: { emptyImportMeta: false },
    resolve: { conditionNames: ['node', 'import', 'default'] },
    transform: { target: 'node26' },
  });
  const output: OutputOptions = {
    file: join(dist, file),
    format: 'cjs',
    codeSplitting: false,
    // Names are kept, for the traces in the kernel log.
    minify: file === 'main.cjs' ? { compress: true, mangle: false, codegen: true } : true,
  };
  const [chunk] = (await build.write(output)).output;
  await build.close();
  return chunk.moduleIds;
}

async function buildExecutable(node: string): Promise<void> {
  const assets: Record<string, string> = {
    'cli.cjs': join(dist, 'cli.cjs'),
    [contentsAsset]: join(top, contentsAsset),
  };
  for (const directory of assetDirectories) {
    for (const path of await listFiles(join(top, directory))) assets[relative(top, path)] = path;
  }
  const config = {
    // This name goes into the executable, which is to be the same wherever it is built.
    main: relative(top, join(dist, 'main.cjs')),
    // The loader of ES modules would take a tenth of the time to start.
    mainFormat: 'commonjs',
    executable: node,
    output: join(dist, `${executable}.part`),
    disableExperimentalSEAWarning: true,
    execArgv: ['--disable-warning=ExperimentalWarning', '--disable-warning=DEP0005'],
    execArgvExtension: 'none',
    useCodeCache: false,
    assets,
  };
  const path = join(dist, `${executable}.json`);
  await writeFile(path, JSON.stringify(config, null, 2));
  await execa(process.execPath, ['--build-sea', path], { cwd: top });
  await chmod(config.output, 0o755);
  await rename(config.output, join(dist, executable));
  await rm(path);
}

async function listFiles(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted();
}
