/** A minimal root of the guests' release with some packages, in a directory, made once and cached. */
import { join } from 'node:path';
import { execa } from 'execa';
import { built } from './build-cache.ts';
import { archiveSource, guestRelease } from './debian-archive.ts';

export async function directoryRoot(name: string, packages: readonly string[]): Promise<string> {
  const recipe = { guestRelease, packages, layout: 1 };
  const cached = await built(name, recipe, async (directory) => {
    const words = [
      '--variant=minbase',
      '--format=directory',
      `--include=${packages.join(',')}`,
      '--aptopt=Apt::Install-Recommends "false"',
      guestRelease,
      join(directory, 'root'),
      await archiveSource(),
    ];
    await execa('mmdebstrap', words, { env: { TMPDIR: directory } });
  });
  return join(cached, 'root');
}
