/** What an installation adds for the watching of the medium: the unit, and memlockd's list of files. */
import { readAsset } from '../asset/asset.ts';
import { Failure } from '../failure.ts';
import { ForeignRoot } from '../root/foreign-root.ts';
import * as installed from './installed-path.ts';
import { findLockedFiles } from './locked-files.ts';
import type { Placed } from './put-in-place.ts';
import type { FillTime } from './unit-text.ts';

export const watchPaths = [
  installed.mediumUnitFile,
  installed.lockedFilesConfig,
  installed.mediumEnablingLink,
] as const;

/** Throws a Failure where the watching could not do what it is for. Changes nothing. */
export function watchMedium(
  directory: string,
  fill: FillTime,
): readonly (readonly [string, Placed])[] {
  if (fill !== 'boot') {
    throw new Failure('watch the medium: the image would lie on it until shutdown', {
      hint: 'use --watch-medium with --fill boot',
    });
  }
  const root = new ForeignRoot(directory);
  requireMemlockd(root);
  const [unit, config, link] = watchPaths;
  return [
    [unit, text(readAsset('hooks/shutdownramfs-medium.service'))],
    [config, text(`${header}${findLockedFiles(root).join('\n')}\n`)],
    [link, { kind: 'symlink', target: unit }],
  ];
}

const header = `# Written by \`shutdownramfs install --watch-medium\`, each time it is run.
# What ends the machine when its medium is gone: memlockd(8) keeps it in memory.
`;

/** memlockd reads its directory only where its main file says so, as Debian's does. */
function requireMemlockd(root: ForeignRoot): void {
  const main = '/etc/memlockd.cfg';
  if (root.locate('/usr/sbin/memlockd') === undefined) {
    throw new Failure(`watch the medium: there is no memlockd in ${root.directory}`, {
      hint: 'install it there (Debian: apt install memlockd)',
    });
  }
  const directory = installed.lockedFilesConfig.slice(
    0,
    installed.lockedFilesConfig.lastIndexOf('/'),
  );
  const lines = (root.readText(main) ?? '').split('\n').map((line) => line.trim());
  if (lines.includes(`%${directory}`) || lines.includes(`%${directory}/`)) return;
  throw new Failure(`watch the medium: ${main} in ${root.directory} does not read ${directory}`, {
    hint: `add the line %${directory} to it`,
  });
}

function text(content: string | Uint8Array): Placed {
  return { kind: 'text', text: content, mode: 0o644 };
}
