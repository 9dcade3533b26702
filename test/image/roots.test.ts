/**
 * Images of roots that are not this machine's: Debian's releases and architectures, and Debian's
 * programs laid out as elsewhere. What is packed is compared with what each root's own loader lists.
 */
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { selectFeatures } from '../../src/feature/select-features.ts';
import { packagesOf } from '../../src/feature/packages-of.ts';
import type { ImageProgram } from '../../src/image/image-manifest.ts';
import { runBuild, type BuildReport } from '../../src/image/run-build.ts';
import { buildAsNobody } from '../support/build-as-nobody.ts';
import { directoryRoot, extractedRoot } from '../support/directory-root.ts';
import { distributionRoot, distributions } from '../support/distribution-root.ts';
import { insideRoot } from '../support/inside-root.ts';
import { muslRoot } from '../support/musl-root.ts';
import { dpkgOwners } from '../support/dpkg-owners.ts';
import { executable } from '../support/our-exitrd.ts';
import { scratchDirectory, type ScratchDirectory } from '../support/scratch-directory.ts';

interface RootCase {
  readonly name: string;
  readonly architecture: string;
  readonly root: () => Promise<string>;
  /** Its architecture's of glibc where absent. */
  readonly loader?: string;
  /** The default where absent. */
  readonly features?: readonly string[];
  /** What no program is linked with, without versions: named by dlopen notes, or for pthread_exit(). */
  readonly loadedLater?: readonly string[];
  /** Of the architecture, to be packed as ours; a path in the root. Ours where absent. */
  readonly standIn?: string;
}

/** Everything that Debian's main archive has the programs of. */
const everything = ['all', '-zfs'];
const forMusl = ['base', 'crypt', 'lvm', 'md'];
const needed = packagesOf(selectFeatures());
const extracted = async (architecture: string, release?: string) =>
  await extractedRoot(architecture, ['base-files', ...needed], release);

const cases: readonly RootCase[] = [
  {
    name: 'trixie, set up, every feature',
    architecture: 'amd64',
    root: async () =>
      await directoryRoot('minbase-root', ['systemd', ...packagesOf(selectFeatures(everything))]),
    features: everything,
    loadedLater: ['liblzma'],
  },
  ...['bookworm', 'sid'].map((release) => ({
    name: `${release}, set up`,
    architecture: 'amd64',
    root: async () => await directoryRoot('minbase-root', ['systemd', ...needed], release),
  })),
  {
    name: 'bookworm, /usr not merged',
    architecture: 'amd64',
    root: async () => await extracted('amd64', 'bookworm'),
  },
  ...distributions.map((name) => ({
    name: `laid out as ${name}`,
    architecture: 'amd64',
    root: async () => await distributionRoot(name, await extracted('amd64')),
  })),
  {
    name: 'musl',
    architecture: 'amd64',
    loader: '/lib/ld-musl-x86_64.so.1',
    root: async () =>
      await muslRoot(
        selectFeatures(forMusl).flatMap(({ binaries }) =>
          binaries.filter(({ standalone }) => standalone !== true).map(({ path }) => path),
        ),
      ),
    features: forMusl,
    standIn: '/usr/sbin/dmsetup',
  },
  // Node is made for neither of the last two: a program of theirs stands in.
  ...['arm64', 'i386', 'riscv64'].map((architecture) => ({
    name: architecture,
    architecture,
    root: async () => await extracted(architecture),
    loadedLater: ['libgcc_s'],
    standIn: '/usr/sbin/dmsetup',
  })),
];

const loaders: Readonly<Record<string, string>> = {
  amd64: '/lib64/ld-linux-x86-64.so.2',
  arm64: '/lib/ld-linux-aarch64.so.1',
  i386: '/lib/ld-linux.so.2',
  riscv64: '/lib/ld-linux-riscv64-lp64d.so.1',
};

describe.each(cases)(
  '$name',
  ({
    architecture,
    root: makeRoot,
    loader = loaders[architecture] ?? '',
    features,
    loadedLater = [],
    standIn,
  }) => {
    let place: ScratchDirectory;
    let root: string;
    let tree: string;
    let packed: string;
    let report: BuildReport;

    beforeAll(async () => {
      place = await scratchDirectory();
      root = await makeRoot();
      tree = join(place.path, 'tree');
      packed = standIn === undefined ? executable : join(root, standIn);
      report = await runBuild({
        output: tree,
        root,
        format: 'directory',
        compress: 'none',
        features,
        config: ['/dev/null'],
        executable: packed,
      });
    });
    afterAll(async () => {
      await place[Symbol.asyncDispose]();
    });

    const inside = async (directory: string, script: string) =>
      await insideRoot(directory, architecture, [join(tree, 'guard/busybox'), packed], script);

    test('was proved as far as this machine can', () => {
      expect(report.proof).toBe(architecture === 'amd64' ? 'started' : 'emulated');
    });

    test('has what the loader lists, and beside it only what is loaded at run time', async () => {
      const programs = loaded(report).map(({ path }) => basename(path));
      const list = await inside(
        root,
        `for name in ${programs.join(' ')}; do
        inside ${loader} --list "$(inside /tmp/busybox which "$name")"
      done
      inside ${loader} --list /tmp/${basename(packed)}`,
      );
      const found = [...list.matchAll(/ => (\/\S+)|^\s*(\/\S+)/gm)].map(
        ([, one, two = '']) => one ?? two,
      );
      const sums = `inside /tmp/busybox sha256sum ${[...new Set(found)].toSorted().join(' ')}`;
      const inRoot = await inside(root, sums);
      expect(await inside(tree, sums)).toBe(inRoot);
      const known = new Set(inRoot.split('\n').map((line) => line.slice(0, 64)));
      const libraries = report.manifest.files.filter(({ path }) => /\.so\b/.test(path));
      expect(known.size).toBeGreaterThan(1);
      const others = libraries.filter(({ sha256 }) => !known.has(sha256));
      expect(others.map(({ path }) => basename(path).replace(/\.so.*/, ''))).toStrictEqual(
        loadedLater,
      );
    });

    test('every program of it starts', async () => {
      const probes = loaded(report).flatMap(({ path, probe }) =>
        probe === undefined ? [] : [`inside ${path} ${probe.join(' ')} >/dev/null`],
      );
      await inside(tree, probes.join('\n'));
      expect(probes.length).toBeGreaterThan(5);
    });

    test('tells the owner of each file, where the root has a database of packages', async () => {
      const files = report.manifest.files.filter(({ source }) => source !== undefined);
      const told = files.map(({ source = '', package: owner }) => [source, owner]);
      const status = await readFile(join(root, 'var/lib/dpkg/status'), 'utf8').catch(() => '');
      const isSetUp = status !== '';
      const sources = files.map(({ source = '' }) => source);
      const owners = isSetUp ? await dpkgOwners(root, sources) : new Map<string, object>();
      expect(told).toEqual(sources.map((source) => [source, owners.get(source)]));
      expect(owners.size).toBe(isSetUp ? files.length : 0);
    });

    test.each(standIn === undefined ? ['nobody'] : [])('%s packs the same', async () => {
      const { manifest } = await buildAsNobody(root, features);
      expect(manifest).toEqual(report.manifest);
    });
  },
);

/** The image's programs that a loader starts, less our own. */
function loaded({ manifest }: BuildReport): readonly ImageProgram[] {
  return manifest.programs.filter(
    (program) => !program.static && program.path !== manifest.executable.path,
  );
}
