import { decodeOctal } from '../snapshot/parse-mountinfo.ts';
import type { AufsBranches, MountPoint } from '../snapshot/snapshot.ts';

/** A file system made of directories of others. */
export function isUnion({ fstype }: MountPoint): boolean {
  return fstype === 'overlay' || fstype === 'aufs';
}

/** The directories a union is made of; empty for what is none. */
export function layerPaths(mount: MountPoint, aufs: readonly AufsBranches[]): readonly string[] {
  switch (mount.fstype) {
    case 'overlay':
      return overlayLayers(mount.superOptions);
    case 'aufs':
      return aufsBranches(mount.superOptions, aufs);
    default:
      return [];
  }
}

/**
 * As they were named when the overlay was mounted, which may have been in another root
 * (Documentation/filesystems/overlayfs.rst: a colon within a name is `\:`).
 */
function overlayLayers(superOptions: string): readonly string[] {
  return superOptions.split(',').flatMap((option) => {
    const [, key, text] = /^(lowerdir\+?|datadir\+|upperdir|workdir)=(.*)$/.exec(option) ?? [];
    if (key === undefined || text === undefined) return [];
    const value = decodeOctal(text);
    if (key !== 'lowerdir') return [value];
    return (value.match(/(?:\\.|[^:\\])+/g) ?? []).map((name) => name.replaceAll(/\\(.)/g, '$1'));
  });
}

/**
 * In sysfs, by the number in the option `si=9d4f1a20`; with the module's parameter brs=0 in an option
 * instead: `br:/cow=rw:/rofs=rr+wh` (aufs(5)).
 */
function aufsBranches(superOptions: string, aufs: readonly AufsBranches[]): readonly string[] {
  const id = /(?:^|,)si=([0-9a-f]+)/.exec(superOptions)?.[1];
  const known = aufs.find((union) => union.id === id)?.branches;
  const shown = /(?:^|,)(?:br|dirs)[:=](.*?)(?=,[a-z_]+(?:=|,|$)|$)/.exec(superOptions)?.[1];
  const branches = known ?? (shown === undefined ? [] : shown.split(/:(?=\/)/));
  return branches.map((branch) =>
    decodeOctal(branch.replace(/=(?:rw|ro|rr)(?:\+[a-z0-9+]+)?$/, '')),
  );
}
