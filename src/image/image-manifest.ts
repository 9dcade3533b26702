/**
 * What an image holds and where it came from, kept inside it. Nothing in it depends on when, where or
 * by whom the image was built.
 */
import { createHash } from 'node:crypto';
import type { Package, PackageManager } from '../package/package.ts';

export interface ImageManifest {
  readonly version: 1;
  readonly executable: ManifestExecutable;
  readonly root: ManifestRoot;
  readonly features: readonly string[];
  /** What is started, to see that it starts. */
  readonly programs: readonly ImageProgram[];
  /** Those that own one of the files, sorted by name and architecture. */
  readonly packages: readonly Package[];
  readonly directories: readonly string[];
  readonly files: readonly ManifestFile[];
  readonly symlinks: readonly ManifestSymlink[];
}

/** The image's own program. */
export interface ManifestExecutable extends ExecutableContents {
  readonly path: string;
}

/** What is bundled into the executable, as its build has noted it. */
export interface ExecutableContents {
  readonly version: string;
  /** The runtime and the libraries inside it, as process.versions names them. */
  readonly runtime: Readonly<Record<string, string>>;
  /** Packages of npm, sorted by name. */
  readonly packages: readonly BundledPackage[];
}

export interface BundledPackage {
  readonly name: string;
  readonly version: string;
  /** An SPDX expression. */
  readonly license?: string;
}

/** The root that was packed; its words of os-release(5). */
export interface ManifestRoot {
  readonly id?: string;
  readonly versionId?: string;
  readonly packageManager?: PackageManager;
  /** Why the packages of the files are not known, where the database was not read. */
  readonly packagesUnread?: string;
}

/** A program of the image that is started once in the finished image to prove that it starts. */
export interface ImageProgram {
  readonly path: string;
  /** Arguments with which it starts and touches nothing; absent: only its loading is checked. */
  readonly probe?: readonly string[] | undefined;
  readonly static: boolean;
}

export interface ManifestFile {
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  readonly mode: '0755' | '0644';
  /** Hexadecimal. */
  readonly sha256: string;
  /** What brought it in: features, `skeleton` or `executable`. */
  readonly parts: readonly string[];
  /** Its path in the root, free of symlinks; absent for what is not from there. */
  readonly source?: string;
  /** Absent where no package of the root owns it. */
  readonly package?: ManifestPackage;
}

/** Enough to find it among the manifest's packages. */
export type ManifestPackage = Pick<Package, 'name' | 'version' | 'architecture'>;

interface ManifestSymlink {
  readonly path: string;
  readonly target: string;
}

export const manifestPath = '/usr/lib/shutdownramfs/manifest.json';

/** The manifest as it is written. Its last line but one is the digest of the lines before. */
export function manifestText(manifest: ImageManifest): string {
  const text = JSON.stringify(manifest, null, 1);
  return text.replace(/\n\}$/, `,\n "sha256": "${digestOf(text)}"\n}\n`);
}

/** Whether a manifest's text is as it was written, down to the last byte. */
export function isIntactManifest(text: string): boolean {
  const [ending = '', digest] = /,\n "sha256": "([0-9a-f]{64})"\n\}\n$/.exec(text) ?? [];
  return digest === digestOf(`${text.slice(0, -ending.length)}\n}`);
}

/** Hexadecimal, of the manifest without the digest. */
function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
