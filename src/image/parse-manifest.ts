/** A manifest as it is found in an image, which may be damaged or of another version. */
import { z } from 'zod';
import { Failure } from '../failure.ts';
import { isIntactManifest, type ImageManifest } from './image-manifest.ts';

/** Throws a Failure for what is no manifest, and where one byte of it was changed. */
export function parseManifest(text: string): ImageManifest {
  const manifest = readShape(text);
  if (isIntactManifest(text)) return manifest;
  throw new Failure('read manifest: its own digest is not that of its text');
}

function readShape(text: string): ImageManifest {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new Failure('read manifest: it is not JSON', { cause: error });
  }
  const { data: version } = versioned.safeParse(value);
  if (version !== undefined && version.version !== 1) {
    throw new Failure(`read manifest: it is of version ${version.version}, not 1`, {
      hint: 'another version of this program has built the image',
    });
  }
  const { data, error } = manifestShape.safeParse(value);
  if (data !== undefined) {
    const { sha256: _digest, ...manifest } = data;
    return manifest as ImageManifest;
  }
  const [issue] = error.issues;
  throw new Failure(`read manifest: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'broken'}`);
}

const versioned = z.object({ version: z.number() });
const path = z.string().startsWith('/');
const digest = z.string().regex(/^[0-9a-f]{64}$/);
const size = z.int().nonnegative();
const manager = z.enum(['dpkg', 'apk', 'pacman', 'rpm']);
const packageName = { name: z.string(), version: z.string(), architecture: z.string() };

const manifestShape = z.strictObject({
  version: z.literal(1),
  executable: z.strictObject({
    path,
    version: z.string(),
    runtime: z.record(z.string(), z.string()),
    packages: z.array(
      z.strictObject({ name: z.string(), version: z.string(), license: z.string().optional() }),
    ),
  }),
  root: z.strictObject({
    id: z.string().optional(),
    versionId: z.string().optional(),
    packageManager: manager.optional(),
    packagesUnread: z.string().optional(),
  }),
  features: z.array(z.string()),
  programs: z.array(
    z.strictObject({ path, probe: z.array(z.string()).optional(), static: z.boolean() }),
  ),
  packages: z.array(
    z.strictObject({
      ...packageName,
      source: z.strictObject({ name: z.string(), version: z.string().optional() }).optional(),
      maintainer: z.string().optional(),
      homepage: z.string().optional(),
      license: z.string().optional(),
    }),
  ),
  directories: z.array(path),
  files: z.array(
    z.strictObject({
      path,
      size,
      mode: z.enum(['0755', '0644']),
      sha256: digest,
      parts: z.array(z.string()),
      source: path.optional(),
      package: z.strictObject(packageName).optional(),
    }),
  ),
  symlinks: z.array(z.strictObject({ path, target: z.string() })),
  sha256: digest,
});
