/** Notes what goes into the executable besides our own code, for the manifests of its images. */
import { readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { execa } from 'execa';
import type { BundledPackage, ExecutableContents } from '../../src/image/image-manifest.ts';

/** `modules` are the files that were bundled; `node` is run and must be of the runtime's version. */
export async function noteContents(
  file: string,
  modules: Iterable<string>,
  node: string,
): Promise<void> {
  const manifest = createRequire(import.meta.url).resolve('../../package.json');
  const { version } = JSON.parse(await readFile(manifest, 'utf8')) as { version: string };
  const { stdout } = await execa(node, ['-p', 'JSON.stringify(process.versions)']);
  const directories = new Set([...modules].flatMap((path) => packageDirectory(path) ?? []));
  const read = await Promise.all([...directories].map(readPackage));
  // One that lies in several places counts once.
  const packages = [...new Map(read.map((bundled) => [keyOf(bundled), bundled])).values()];
  const contents: ExecutableContents = {
    version,
    runtime: JSON.parse(stdout) as ExecutableContents['runtime'],
    packages: packages.toSorted((one, other) => (keyOf(one) < keyOf(other) ? -1 : 1)),
  };
  await writeFile(file, `${JSON.stringify(contents, null, 1)}\n`);
}

/** `…/node_modules/execa` and `…/node_modules/@sindresorhus/is` of a file below them. */
function packageDirectory(path: string): string | undefined {
  return /^\/.*\/node_modules\/(?:@[^/]+\/)?[^/@][^/]*(?=\/)/.exec(path)?.[0];
}

async function readPackage(directory: string): Promise<BundledPackage> {
  const text = await readFile(join(directory, 'package.json'), 'utf8');
  const { name, version, license } = JSON.parse(text) as BundledPackage;
  return { name, version, ...(typeof license === 'string' && { license }) };
}

function keyOf({ name, version }: BundledPackage): string {
  return `${name}\0${version}`;
}
