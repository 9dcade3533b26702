/** Finds the layer of an OCI image layout, and tells one of ours from others. */
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { Failure } from '../failure.ts';
import { ociTitle } from './oci-writer.ts';

const digest = z.string().regex(/^sha256:[0-9a-f]{64}$/);
const annotations = z.record(z.string(), z.string()).optional();
const index = z.object({ manifests: z.array(z.object({ digest, annotations })).length(1) });
const manifest = z.object({ layers: z.array(z.object({ digest })).length(1) });

export async function isLayout(directory: string): Promise<boolean> {
  return await stat(join(directory, 'oci-layout')).then(
    (stats) => stats.isFile(),
    () => false,
  );
}

/** Whether it holds an image that this program has written, and no other. */
export async function isOwnLayout(directory: string): Promise<boolean> {
  if (!(await isLayout(directory))) return false;
  const { data } = index.safeParse(await json(join(directory, 'index.json')));
  return data?.manifests[0]?.annotations?.['org.opencontainers.image.title'] === ociTitle;
}

/** The file of the one layer. Throws a Failure for a layout with more, or with several images. */
export async function findLayer(directory: string): Promise<string> {
  const { data: found } = index.safeParse(await json(join(directory, 'index.json')));
  const image = found?.manifests[0];
  if (image === undefined) throw unfit(directory);
  const { data } = manifest.safeParse(await json(blob(directory, image.digest)));
  const layer = data?.layers[0];
  if (layer === undefined) throw unfit(directory);
  return blob(directory, layer.digest);
}

function blob(directory: string, name: string): string {
  return join(directory, 'blobs', ...name.split(':'));
}

async function json(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8'));
  } catch {
    return undefined;
  }
}

function unfit(directory: string): Failure {
  return new Failure(`read image ${directory}: it is no layout of one image of one layer`);
}
