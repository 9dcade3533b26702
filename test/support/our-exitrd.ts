/** Our exitrd as the project's own `build` makes it, whole or with its runtime spoilt. */
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { packArchive } from './cpio-archive.ts';

export const executable = join(import.meta.dirname, '../../dist/shutdownramfs');

export interface Exitrd extends AsyncDisposable {
  /** An uncompressed cpio archive. */
  readonly archive: string;
}

/** What happens to the image after it was built. */
export interface Damage {
  /** A script for the guard's busybox that stands where the executable was. */
  readonly runtime?: string;
  /** Paths in the image that are taken out. */
  readonly without?: readonly string[];
  /** A path in the image where somebody puts a file with nothing in it. */
  readonly flagFile?: string;
}

/** `configuration` is the text of a shutdownramfs.toml; this machine's own is never read. */
export async function ourExitrd(damage: Damage = {}, configuration = ''): Promise<Exitrd> {
  const directory = await mkdtemp(join(tmpdir(), 'shutdownramfs-exitrd-'));
  const archive = join(directory, 'exitrd.cpio');
  const config = join(directory, 'shutdownramfs.toml');
  await writeFile(config, configuration);
  if (Object.keys(damage).length === 0) {
    await build('cpio', archive, config);
  } else {
    const root = join(directory, 'root');
    await build('directory', root, config);
    await spoil(root, damage);
    await packArchive(root, archive);
  }
  return {
    archive,
    [Symbol.asyncDispose]: async () => await rm(directory, { recursive: true, force: true }),
  };
}

async function build(format: string, output: string, config: string): Promise<void> {
  const words = ['--format', format, '--compress', 'none', '--output', output, '--config', config];
  await execa(executable, ['build', ...words]);
}

async function spoil(root: string, { runtime, without = [], flagFile }: Damage): Promise<void> {
  for (const path of without) await rm(join(root, path));
  if (flagFile !== undefined) await writeFile(join(root, flagFile), '');
  if (runtime === undefined) return;
  const program = join(root, 'usr/bin/shutdownramfs');
  await writeFile(program, `#!/guard/busybox sh\n${runtime}\n`);
  await chmod(program, 0o755);
}
