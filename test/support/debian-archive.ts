/**
 * Packages of the Debian release that the tests' guests run, from the mirror this machine's own apt
 * uses, fetched and verified by apt with settings and state of its own: the machine's are not touched.
 */
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { Failure } from '../../src/failure.ts';
import { built } from './build-cache.ts';

export const guestRelease = 'trixie';

/** One line of sources.list(5), for the guests' release unless another is named. */
export async function archiveSource(release = guestRelease, components = 'main'): Promise<string> {
  const { uri, signedBy } = await archiveMirror();
  return `deb [signed-by=${signedBy}] ${uri} ${release} ${components}`;
}

/**
 * The directory into which the newest version of these packages was unpacked, together. Fetched once:
 * remove it from the cache to have a newer version.
 */
export async function unpackedPackages(
  name: string,
  patterns: readonly RegExp[],
  finish: (directory: string) => Promise<void> = async () => {},
): Promise<string> {
  const recipe = { release: guestRelease, patterns: patterns.map(String), layout: 1 };
  return await built(`package-${name}`, recipe, async (directory) => {
    const work = join(directory, '.apt');
    const environment = await prepareApt(work);
    await execa('apt-get', ['update', '-q'], { env: environment });
    const { stdout } = await execa('apt-cache', ['pkgnames'], { env: environment });
    const known = stdout.split('\n');
    const names = await Promise.all(
      patterns.map(async (pattern) => {
        const matching = known.filter((candidate) => pattern.test(candidate));
        if (matching.length === 0) throw new Failure(`find package ${String(pattern)}: no match`);
        return await newest(matching, environment);
      }),
    );
    await execa('apt-get', ['download', ...names], { env: environment, cwd: work });
    for (const file of await readdir(work)) {
      if (file.endsWith('.deb')) await execa('dpkg-deb', ['-x', join(work, file), directory]);
    }
    await rm(work, { recursive: true });
    await finish(directory);
  });
}

async function newest(names: readonly string[], env: Record<string, string>): Promise<string> {
  if (names.length === 1) return names[0] ?? '';
  // `sort -V` is Debian's order of versions for the names of kernels.
  const { stdout } = await execa('sort', ['-V'], { env, input: names.join('\n') });
  return stdout.split('\n').at(-1) ?? '';
}

async function prepareApt(work: string): Promise<Record<string, string>> {
  await mkdir(join(work, 'state/lists/partial'), { recursive: true });
  await mkdir(join(work, 'cache/archives/partial'), { recursive: true });
  await writeFile(join(work, 'sources.list'), `${await archiveSource()}\n`);
  await writeFile(join(work, 'status'), '');
  const settings = join(work, 'apt.conf');
  const lines = [
    `Dir::State "${work}/state";`,
    `Dir::State::status "${work}/status";`,
    `Dir::Cache "${work}/cache";`,
    `Dir::Etc::sourcelist "${work}/sources.list";`,
    'Dir::Etc::sourceparts "/dev/null";',
    'APT::Architecture "amd64";',
    'APT::Architectures { "amd64"; };',
    'APT::Sandbox::User "";',
    'Acquire::Languages "none";',
  ];
  await writeFile(settings, `${lines.join('\n')}\n`);
  return { APT_CONFIG: settings };
}

/** Where this machine's own apt gets Debian from, unless it is told otherwise. */
export async function archiveMirror(): Promise<{
  readonly uri: string;
  readonly signedBy: string;
}> {
  const keyring = '/usr/share/keyrings/debian-archive-keyring.gpg';
  const asked = process.env['SHUTDOWNRAMFS_DEBIAN_MIRROR'];
  if (asked !== undefined) return { uri: asked, signedBy: keyring };
  const { stdout } = await execa('apt-get', [
    'indextargets',
    'Created-By: Packages',
    '--format',
    '$(REPO_URI) $(COMPONENT)',
  ]);
  for (const line of stdout.split('\n')) {
    const [uri = '', component] = line.split(' ');
    // Not /debian-security/, which has only updates.
    if (component === 'main' && /\/debian\/?$/.test(uri)) return { uri, signedBy: keyring };
  }
  throw new Failure('find a Debian mirror: none among the sources of apt', {
    hint: 'name one in SHUTDOWNRAMFS_DEBIAN_MIRROR, e.g. as it stands in sources.list on Debian',
  });
}
