#!/usr/bin/env node
/**
 * Measures what it costs in memory to be ready to shut a live system down without its medium, from
 * boot on: the exitrd in a tmpfs, and the files of the running system that memlockd keeps in memory so
 * that the way there can be gone. Run as root; docs/benchmarks.md says what the columns are.
 *
 *     npm run bench-ready
 *
 * All mounts are in a mount namespace of its own. Figures are KiB, of df(1) and of VmLck.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import {
  buildDracutExitrd,
  buildDracutInitramfs,
  dracutRoot,
} from '../test/support/dracut-exitrd.ts';
import { scratchDirectory } from '../test/support/scratch-directory.ts';
import { liveRoot, type LiveRoot } from './bench/live-root.ts';
import { lockedKib } from './bench/locked-kib.ts';
import { unpackedBytes } from './bench/measure-image.ts';
import { tailsImage, tailsLockedFiles } from './bench/tails.ts';

const executable = join(import.meta.dirname, '../dist/shutdownramfs');

interface Cost {
  readonly name: string;
  readonly imageKib: number;
  /** memlockd with what it holds; absent where the way has no such thing. */
  readonly lockedKib?: number;
}

const [inside] = process.argv.slice(2);
if (inside === undefined) {
  // Made before, since mmdebstrap makes namespaces of its own.
  await liveRoot();
  await dracutRoot();
  await using scratch = await scratchDirectory();
  const words = ['--mount', process.execPath, import.meta.filename, scratch.path];
  await execa('unshare', words, { stdio: 'inherit' });
} else {
  await measureAll(inside);
}

async function measureAll(work: string): Promise<void> {
  const live = await liveRoot();
  const costs = [
    await ours(work, live, 'compressed'),
    await ours(work, live, 'unpacked'),
    await tails(work, live),
    ...(await dracut(work, live)),
  ];
  const totals = costs.map(({ imageKib, lockedKib = 0 }) => imageKib + lockedKib);
  const lines = costs.map(({ name, imageKib, lockedKib }, index) => [
    name,
    String(imageKib),
    lockedKib === undefined ? '-' : String(lockedKib),
    String(totals[index]),
    ((totals[0] ?? Number.NaN) / (totals[index] ?? Number.NaN)).toFixed(2),
  ]);
  const heading = ['KiB', 'image', 'locked', 'both', 'ours/this'];
  for (const [name = '', ...cells] of [heading, ...lines]) {
    process.stdout.write(`${name.padEnd(40)}${cells.map((cell) => cell.padStart(11)).join('')}\n`);
  }
}

async function ours(work: string, live: LiveRoot, hold: string): Promise<Cost> {
  const root = await writable(work, `ours-${hold}`, live.directory);
  const words = ['install', '--root', root, '--feature', 'crypt', '--hold', hold];
  await execa(executable, [...words, '--watch-medium']);
  const image = join(root, 'usr/lib/shutdownramfs/image/tree');
  return {
    name: `ours, held ${hold}`,
    imageKib: await tmpfsKib(work, 'cp -dR "$1/." .', image),
    lockedKib: await lockedKib(root, '/etc/memlockd.d'),
  };
}

async function tails(work: string, live: LiveRoot): Promise<Cost> {
  const root = await writable(work, 'tails', live.directory);
  const list = tailsLockedFiles.map((path) => `+${path}\n`).join('');
  await execa('tee', [join(root, 'etc/tails.cfg')], { input: list });
  return {
    name: 'the initramfs less modules, as in Tails',
    imageKib: await tmpfsKib(work, tailsImage, root, live.kernelRelease),
    lockedKib: await lockedKib(root, '/etc/tails.cfg'),
  };
}

async function dracut(work: string, live: LiveRoot): Promise<readonly Cost[]> {
  const root = await dracutRoot();
  const [whole, lean] = [join(work, 'whole.cpio'), join(work, 'lean.cpio')];
  const modules = join(live.directory, 'usr/lib/modules');
  await buildDracutInitramfs(root, whole, modules, live.kernelRelease);
  await buildDracutExitrd(root, lean, 'none');
  return [
    { name: "dracut's initramfs, filled at boot", imageKib: (await unpackedBytes(whole)) / 1024 },
    { name: "dracut's exitrd less modules", imageKib: (await unpackedBytes(lean)) / 1024 },
  ];
}

/** The root with a layer of its own for what is written; the cached one stays as it is. */
async function writable(work: string, name: string, lower: string): Promise<string> {
  const [upper, scratch, root] = ['upper', 'scratch', 'root'].map((part) =>
    join(work, name, part),
  ) as [string, string, string];
  for (const directory of [upper, scratch, root]) await mkdir(directory, { recursive: true });
  const options = `lowerdir=${lower},upperdir=${upper},workdir=${scratch}`;
  await execa('mount', ['-t', 'overlay', '-o', options, 'overlay', root]);
  return root;
}

/** Used by a tmpfs that the shell script has filled, being its working directory. */
async function tmpfsKib(work: string, fill: string, ...words: readonly string[]): Promise<number> {
  const held = join(work, 'held');
  await mkdir(held, { recursive: true });
  await execa('mount', ['-t', 'tmpfs', '-o', 'size=2g', 'bench', held]);
  try {
    await execa('sh', ['-e', '-c', fill, 'sh', ...words], { cwd: held });
    const { stdout } = await execa('df', ['--block-size=1K', '--output=used', held]);
    return Number(stdout.split('\n').at(-1));
  } finally {
    await execa('umount', [held]);
  }
}
