/** Our exitrd as the project's own `build` makes it, whole or with its runtime spoilt. */
import {
  chmod,
  mkdir,
  mkdtemp,
  open,
  readFile,
  rename,
  rm,
  truncate,
  writeFile,
} from 'node:fs/promises';
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
  /** The same, but what it ends with is the executable: with `$$` for its process, and for itself in the background. */
  readonly before?: string;
  /** A script that process 1 runs before the guard. */
  readonly beforeGuard?: string;
  /** The executable has only its first bytes. */
  readonly truncated?: boolean;
  /** /usr is held as a squashfs, some blocks of which are zeros: blocks of the executable, which is most of it. */
  readonly damagedBlocks?: true;
  /** Paths in the image that are taken out. */
  readonly without?: readonly string[];
  /** Scripts for the guard's busybox that stand where these paths of the image were; those are beside, named `.true`. */
  readonly tools?: Readonly<Record<string, string>>;
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

async function spoil(root: string, damage: Damage): Promise<void> {
  const {
    runtime,
    before,
    beforeGuard,
    truncated = false,
    without = [],
    tools = {},
    flagFile,
  } = damage;
  for (const path of without) await rm(join(root, path));
  for (const [path, script] of Object.entries(tools)) {
    const program = join(root, path);
    await rename(program, `${program}.true`);
    await replace(program, script);
  }
  if (flagFile !== undefined) await writeFile(join(root, flagFile), '');
  const program = join(root, 'usr/bin/shutdownramfs');
  if (truncated) await truncate(program, 2 ** 20);
  if (runtime !== undefined) await replace(program, runtime);
  if (before !== undefined) {
    const whole = join(root, 'usr/lib/whole');
    await mkdir(whole);
    await rename(program, join(whole, 'shutdown'));
    await replace(program, `case $1 in\n--*) ;;\n*) ${before} ;;\nesac\n${startWhole}`);
  }
  if (damage.damagedBlocks === true) await holdDamaged(join(root, 'usr'));
  if (beforeGuard === undefined) return;
  const guard = join(root, 'shutdown');
  const text = await readFile(guard, 'utf8');
  await replace(guard, `if [ "$SHUTDOWNRAMFS_STAGE" = '' ]; then\n${beforeGuard}\nfi\n${text}`);
}

async function holdDamaged(usr: string): Promise<void> {
  const image = `${usr}.squashfs`;
  await execa('mksquashfs', [usr, image, '-quiet', '-no-progress', '-comp', 'zstd']);
  await rm(usr, { recursive: true });
  await mkdir(usr);
  await using file = await open(image, 'r+');
  const { size } = await file.stat();
  for (const part of [0.3, 0.4, 0.5]) {
    await file.write(Buffer.alloc(2 ** 20), 0, 2 ** 20, Math.floor(size * part));
  }
}

const startWhole = 'exec /usr/lib/whole/shutdown "$@"';

async function replace(program: string, script: string): Promise<void> {
  await rm(program, { force: true });
  await writeFile(program, `#!/guard/busybox sh\n${script}\n`);
  await chmod(program, 0o755);
}
