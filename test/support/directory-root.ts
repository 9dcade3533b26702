/** Roots that mmdebstrap makes, in a directory, made once and cached. */
import { join } from 'node:path';
import { execa } from 'execa';
import { built } from './build-cache.ts';
import { archiveSource, guestRelease } from './debian-archive.ts';

/** A minimal root with some packages, set up as on a machine. */
export async function directoryRoot(
  name: string,
  packages: readonly string[],
  release = guestRelease,
): Promise<string> {
  const recipe = { guestRelease: release, packages, layout: 1 };
  const source = await archiveSource(release);
  return await madeOnce(name, recipe, ['--variant=minbase'], packages, release, source);
}

/**
 * Packages and what they depend on, unpacked and never set up, so that they may be of any of Debian's
 * architectures. Whether /usr is merged is as the release's own packages have it: before trixie it is not.
 */
export async function extractedRoot(
  architecture: string,
  packages: readonly string[],
  release = guestRelease,
  components = 'main',
): Promise<string> {
  const recipe = { release, architecture, packages, layout: 1 };
  const words = ['--variant=extract', `--architectures=${architecture}`];
  const source = await archiveSource(release, components);
  return await madeOnce('extracted-root', recipe, words, packages, release, source);
}

async function madeOnce(
  name: string,
  recipe: unknown,
  variant: readonly string[],
  packages: readonly string[],
  release: string,
  source: string,
): Promise<string> {
  const cached = await built(name, recipe, async (directory) => {
    const words = [
      ...variant,
      '--format=directory',
      `--include=${packages.join(',')}`,
      '--aptopt=Apt::Install-Recommends "false"',
      // A mirror may be a picture of an earlier day; who signed it is checked all the same.
      '--aptopt=Acquire::Check-Valid-Until "false"',
      release,
      join(directory, 'root'),
      source,
    ];
    await execa('mmdebstrap', words, { env: { TMPDIR: directory } });
  });
  return join(cached, 'root');
}
