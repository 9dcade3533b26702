/**
 * What an image holds, kept inside it for the check at boot. Nothing in it depends on when, where or
 * by whom the image was built.
 */
export interface ImageManifest {
  readonly version: 1;
  readonly features: readonly string[];
  readonly files: readonly ManifestFile[];
  readonly symlinks: readonly ManifestSymlink[];
}

export interface ManifestFile {
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  readonly mode: '0755' | '0644';
  /** Hexadecimal. */
  readonly sha256: string;
}

interface ManifestSymlink {
  readonly path: string;
  readonly target: string;
}

export const manifestPath = '/usr/lib/shutdownramfs/manifest.json';
