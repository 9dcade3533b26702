/** Whether the exitrd is in place, so that systemd-shutdown will enter it. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { access, constants, open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { reasonOf } from '../failure.ts';
import { manifestPath } from '../image/image-manifest.ts';
import { imageLink } from '../install/installed-path.ts';

/**
 * `ready`: all of it is in memory, and whole. `placeholder`: it will be filled from disk when the machine goes
 * down. `damaged`, `foreign` (another program's) and `absent` will not do, `unknown` cannot be looked at.
 */
export interface ExitrdState {
  readonly state: 'ready' | 'placeholder' | 'damaged' | 'foreign' | 'absent' | 'unknown';
  readonly reason?: string;
  /** Of the program in it. Not there where it cannot be told. */
  readonly version?: string;
  readonly features?: readonly string[];
}

const exitrd = '/run/initramfs';

/** @param root `/`, or a tree that looks like it. */
export async function readExitrdState(root: string): Promise<ExitrdState> {
  const directory = join(root, exitrd);
  try {
    await access(join(directory, 'shutdown'), constants.X_OK);
  } catch (error) {
    const reason = reasonOf(error);
    if (reason === 'ENOENT') return { state: 'absent' };
    // Nobody but root may look into it; root is told so of a file that is not executable.
    if (process.getuid?.() !== 0) return { state: 'unknown', reason };
    return { state: 'absent', reason: `${exitrd}/shutdown: not executable` };
  }
  try {
    const installed = join(root, imageLink);
    if ((await firstBytes(join(directory, 'shutdown'))).startsWith('#!/the/exitrd/')) {
      return { state: 'placeholder', ...(await readManifest(join(installed, 'manifest.json'))) };
    }
    if (!(await exists(join(directory, 'guard/busybox')))) return { state: 'foreign' };
    const sums = await read(join(directory, '.sha256sums'));
    const inside = await readManifest(join(directory, manifestPath));
    const isInstalled = sums !== undefined && sums === (await read(join(installed, 'sha256sums')));
    const facts = isInstalled
      ? { ...(await readManifest(join(installed, 'manifest.json'))), ...inside }
      : inside;
    const damage = sums === undefined ? undefined : await findDamage(directory, sums);
    return damage === undefined
      ? { state: 'ready', ...facts }
      : { state: 'damaged', reason: damage, ...facts };
  } catch (error) {
    return { state: 'unknown', reason: reasonOf(error) };
  }
}

/** Lines as of sha256sum(1), with paths that begin with `./`. */
async function findDamage(directory: string, sums: string): Promise<string | undefined> {
  for (const line of sums.split('\n').filter(Boolean)) {
    const [sum = '', path = ''] = line.split('  ', 2);
    const reason = await digestOf(join(directory, path)).then(
      (digest) => (digest === sum ? undefined : 'its bytes are not those that were packed'),
      reasonOf,
    );
    if (reason !== undefined) return `${path.replace(/^\.\//, '/')}: ${reason}`;
  }
}

async function digestOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const part of createReadStream(path)) hash.update(part as Buffer);
  return hash.digest('hex');
}

const manifestFacts = z.object({
  executable: z.object({ version: z.string() }),
  features: z.array(z.string()),
});

async function readManifest(path: string): Promise<Pick<ExitrdState, 'version' | 'features'>> {
  const text = await read(path);
  if (text === undefined) return {};
  const { executable, features } = manifestFacts.parse(JSON.parse(text));
  return { version: executable.version, features };
}

async function firstBytes(path: string): Promise<string> {
  await using file = await open(path);
  const { buffer, bytesRead } = await file.read(Buffer.alloc(64), 0, 64, 0);
  return buffer.toString('latin1', 0, bytesRead);
}

async function read(path: string): Promise<string | undefined> {
  return await readFile(path, 'utf8').catch((error: unknown) => {
    if (reasonOf(error) !== 'ENOENT') throw error;
    return undefined;
  });
}

async function exists(path: string): Promise<boolean> {
  return await access(path).then(
    () => true,
    () => false,
  );
}
