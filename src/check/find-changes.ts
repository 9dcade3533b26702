/** What of a root has changed since an image was made of it. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { Failure, reasonOf } from '../failure.ts';
import type { ImageManifest, ManifestFile } from '../image/image-manifest.ts';
import { findOwners } from '../package/find-owners.ts';
import type { Package } from '../package/package.ts';
import { ForeignRoot, type LocatedNode } from '../root/foreign-root.ts';

interface PackageChange {
  readonly name: string;
  readonly architecture: string;
  readonly packed: string;
  /** Absent where the root has it no more. */
  readonly installed?: string;
  /** Features, `skeleton` or `executable`: what its files were packed for. */
  readonly parts: readonly string[];
}

/** A file that is another in the root, though no change of its package tells why. */
interface FileChange {
  /** In the root. */
  readonly source: string;
  readonly about: 'its bytes differ' | 'it is there no more';
  readonly parts: readonly string[];
}

export interface Changes {
  readonly packages: readonly PackageChange[];
  readonly files: readonly FileChange[];
}

/** Throws a Failure where the root cannot be read. */
export async function findChanges(manifest: ImageManifest, directory: string): Promise<Changes> {
  const root = new ForeignRoot(directory);
  if (root.locate('/usr')?.stats.isDirectory() !== true) {
    throw new Failure(`read root ${root.directory}: it has no directory /usr`, {
      hint: '--root names a directory with a whole system below it',
    });
  }
  const packages = changedPackages(manifest, root);
  const told = new Set(packages.map(keyOf));
  const files: FileChange[] = [];
  for (const file of manifest.files) {
    const { source, parts } = file;
    if (source === undefined) continue;
    if (file.package !== undefined && told.has(keyOf(file.package))) continue;
    const node = root.locate(source);
    if (node?.stats.isFile() !== true) {
      files.push({ source, about: 'it is there no more', parts });
    } else if (!(await isSame(file, node))) {
      files.push({ source, about: 'its bytes differ', parts });
    }
  }
  return { packages, files };
}

function changedPackages(manifest: ImageManifest, root: ForeignRoot): PackageChange[] {
  const installed = new Map<string, Package>();
  for (const owner of findOwners(root, presentPaths(manifest, root)).owners.values()) {
    installed.set(keyOf(owner), owner);
  }
  return manifest.packages.flatMap(({ name, architecture, version }) => {
    const now = installed.get(keyOf({ name, architecture }));
    if (now?.version === version) return [];
    const files = manifest.files.filter((file) => {
      return file.package?.name === name && file.package.architecture === architecture;
    });
    const parts = [...new Set(files.flatMap((file) => file.parts))];
    const change = { name, architecture, packed: version, parts };
    return now === undefined ? change : { ...change, installed: now.version };
  });
}

/** A newer library may have another name, which is found by the link that leads to it. */
function presentPaths({ files, symlinks }: ImageManifest, root: ForeignRoot): Set<string> {
  const names = [
    ...files.flatMap(({ source }) => source ?? []),
    ...symlinks.map(({ path }) => path),
  ];
  const nodes = names.flatMap((name) => root.locate(name) ?? []);
  return new Set(nodes.filter(({ stats }) => stats.isFile()).map(({ path }) => path));
}

async function isSame({ sha256, size }: ManifestFile, node: LocatedNode): Promise<boolean> {
  if (node.stats.size !== size) return false;
  const hash = createHash('sha256');
  try {
    for await (const part of createReadStream(node.hostPath)) hash.update(part as Buffer);
  } catch (error) {
    throw new Failure(`read ${node.path}: ${reasonOf(error)}`, { cause: error });
  }
  return hash.digest('hex') === sha256;
}

function keyOf({ name, architecture }: Pick<Package, 'name' | 'architecture'>): string {
  return `${name}\0${architecture}`;
}
