/**
 * Writes an OCI image layout of one layer (github.com/opencontainers/image-spec, image-layout.md,
 * config.md and layer.md), as podman, skopeo, umoci and mkosi read it.
 */
import { createHash, type Hash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { chmod, mkdir, rename, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Transform } from 'node:stream';
import { Failure } from '../failure.ts';
import type { Image } from '../image/image.ts';
import { createArchiveWriter, type Packer } from './archive-writer.ts';
import { createCompressor } from './compressor.ts';
import type { Compression, Packing } from './image-format.ts';
import type { ImageWriter } from './image-writer.ts';
import { packTar } from './tar-writer.ts';

/** By what it says of itself an image of ours is known from a layout that holds others'. */
export const ociTitle = 'shutdownramfs';

const mediaType = {
  index: 'application/vnd.oci.image.index.v1+json',
  manifest: 'application/vnd.oci.image.manifest.v1+json',
  config: 'application/vnd.oci.image.config.v1+json',
  layer: 'application/vnd.oci.image.layer.v1.tar',
} as const;

/** Go's names, which the specification asks for. */
const architectures: Readonly<Record<string, string>> = {
  x86_64: 'amd64',
  i386: '386',
  aarch64: 'arm64',
  loongarch64: 'loong64',
};

/** `directory` must not exist. */
export async function createOciWriter(
  image: Image,
  packing: Packing,
  directory: string,
): Promise<ImageWriter> {
  const blobs = join(directory, 'blobs/sha256');
  await mkdir(blobs, { recursive: true });
  for (const path of [directory, join(directory, 'blobs'), blobs]) await chmod(path, 0o755);
  const unpacked = createHash('sha256');
  const packed = createHash('sha256');
  const compressor = createCompressor(packing);
  const part = join(directory, 'layer');
  const filters = [
    { stream: hashing(unpacked) },
    ...(compressor === undefined ? [] : [compressor]),
    { stream: hashing(packed) },
  ];
  const layer = createArchiveWriter(withoutWhiteouts(packTar(image.modificationTime)), filters, {
    stream: createWriteStream(part, { flags: 'wx', mode: 0o644 }),
  });

  async function writeBlob(document: object) {
    const text = JSON.stringify(document);
    const digest = createHash('sha256').update(text).digest('hex');
    await writeReadable(join(blobs, digest), text);
    return { digest: `sha256:${digest}`, size: Buffer.byteLength(text) };
  }
  return {
    ...layer,
    async finish() {
      await layer.finish();
      const digest = packed.digest('hex');
      const { size } = await stat(part);
      await chmod(part, 0o644);
      await rename(part, join(blobs, digest));
      const config = await writeBlob({
        created: timeOf(image),
        architecture: architectures[image.machine] ?? image.machine,
        os: 'linux',
        config: {},
        rootfs: { type: 'layers', diff_ids: [`sha256:${unpacked.digest('hex')}`] },
        history: [{ created: timeOf(image), created_by: 'shutdownramfs build' }],
      });
      const manifest = await writeBlob({
        schemaVersion: 2,
        mediaType: mediaType.manifest,
        config: { mediaType: mediaType.config, ...config },
        layers: [{ mediaType: layerType(packing.compression), digest: `sha256:${digest}`, size }],
        annotations: { 'org.opencontainers.image.title': ociTitle },
      });
      const index = {
        schemaVersion: 2,
        mediaType: mediaType.index,
        manifests: [
          {
            mediaType: mediaType.manifest,
            ...manifest,
            annotations: {
              'org.opencontainers.image.ref.name': 'latest',
              'org.opencontainers.image.title': ociTitle,
            },
          },
        ],
      };
      await writeReadable(join(directory, 'index.json'), JSON.stringify(index));
      await writeReadable(
        join(directory, 'oci-layout'),
        JSON.stringify({ imageLayoutVersion: '1.0.0' }),
      );
    },
  };
}

/** For everybody, whatever the umask. */
async function writeReadable(path: string, text: string): Promise<void> {
  await writeFile(path, text);
  await chmod(path, 0o644);
}

function hashing(hash: Hash): Transform {
  return new Transform({
    transform(part: Buffer, _encoding, done) {
      hash.update(part);
      done(undefined, part);
    },
  });
}

/** A file of such a name takes away what lies in a layer below (layer.md, Whiteouts). */
function withoutWhiteouts(packer: Packer): Packer {
  return {
    ...packer,
    add(entry, done) {
      if (/\/\.wh\.[^/]*$/.test(entry.path)) {
        throw new Failure(`write ${entry.path}: in a layer of OCI this name means its absence`);
      }
      return packer.add(entry, done);
    },
  };
}

function layerType(compression: Compression): string {
  return compression === 'none' ? mediaType.layer : `${mediaType.layer}+${compression}`;
}

function timeOf({ modificationTime }: Image): string {
  return new Date(modificationTime * 1000).toISOString().replace('.000Z', 'Z');
}
