/** An image for another processor, built here with the executable for that one. */
import { join } from 'node:path';
import { execa } from 'execa';
import { beforeAll, expect, test } from 'vitest';
import { packagesOf } from '../../src/feature/packages-of.ts';
import { selectFeatures } from '../../src/feature/select-features.ts';
import type { BuildReport } from '../../src/image/run-build.ts';
import { extractedRoot } from '../support/directory-root.ts';
import { insideRoot } from '../support/inside-root.ts';
import { executable } from '../support/our-exitrd.ts';
import { scratchDirectory } from '../support/scratch-directory.ts';

/** Made by `npm run build -- --arch arm64`. */
const foreign = `${executable}-arm64`;
let root: string;

beforeAll(async () => {
  root = await extractedRoot('arm64', ['base-files', ...packagesOf(selectFeatures())]);
});

async function build(output: string, ...words: string[]) {
  const all = ['build', '--root', root, '--output', output, '--config', '/dev/null', ...words];
  const { exitCode, stdout, stderr } = await execa(executable, all, { reject: false });
  return { exitCode, stdout, stderr };
}

test('every program of it starts under an emulator, our own too', async () => {
  await using place = await scratchDirectory();
  const tree = join(place.path, 'tree');
  const words = ['--executable', foreign, '--format', 'directory', '--json'];
  const { exitCode, stdout, stderr } = await build(tree, ...words);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  const { proof, manifest } = JSON.parse(stdout) as BuildReport;
  expect(proof).toBe('emulated');
  expect(manifest.executable.runtime?.['node']).toBe(process.versions.node);
  const said = await insideRoot(
    tree,
    'arm64',
    [],
    'inside /usr/bin/shutdownramfs --version; inside /usr/sbin/lvm version',
  );
  expect(said).toMatch(/^\d+\.\d+\.\d+ \(Node\.js \S+\)\n  LVM version: /);
});

test('an executable for another processor than the root, or another program, is refused', async () => {
  await using place = await scratchDirectory();
  const output = join(place.path, 'image');
  expect(await build(output)).toEqual({
    exitCode: 1,
    stdout: '',
    stderr: `shutdownramfs: pack executable ${executable}: it is for x86_64, the root for aarch64
hint: --executable of \`build\` names the one for aarch64`,
  });
  const dmsetup = join(root, 'usr/sbin/dmsetup');
  expect((await build(output, '--executable', dmsetup)).stderr).toMatch(
    /^\S+ pack executable \S+\/dmsetup: it is no shutdownramfs of the version that runs\n/,
  );
  expect((await build(output, '--executable', join(place.path, 'none'))).stderr).toMatch(
    /: ENOENT/,
  );
});
