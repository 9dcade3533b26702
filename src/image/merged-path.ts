/** The image's path for a root's path: an image is always merged-usr, its root may not be. */
export function mergedPath(path: string): string {
  return /^\/(?:bin|sbin|lib|lib32|lib64|libx32)(?:\/|$)/.test(path) ? `/usr${path}` : path;
}

/** The top-level symlinks of merged-usr that every image has. */
export const mergedLinks = ['bin', 'sbin', 'lib', 'lib64'] as const;
