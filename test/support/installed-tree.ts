/** Installations into an overlay on this machine's own root, whose upper branch shows all of them. */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';

const executable = join(import.meta.dirname, '../../dist/shutdownramfs');

export interface InstalledTree {
  /** What was added to the root, and nothing else. */
  readonly upper: string;
  /** Runs the executable with `--root` after the words; returns what it said, both streams. */
  run(...words: readonly string[]): Promise<{ readonly exitCode?: number; readonly all: string }>;
  /** A shell script with the root's path as $1. */
  script(text: string): Promise<string>;
  /** Paths of all that is no directory, sorted. */
  files(): Promise<string[]>;
  remove(): Promise<void>;
}

export async function makeTree(): Promise<InstalledTree> {
  const work = await mkdtemp(join(tmpdir(), 'installed-tree-'));
  const [upper, scratch, root] = ['upper', 'scratch', 'root'].map((name) => join(work, name)) as [
    string,
    string,
    string,
  ];
  for (const directory of [upper, scratch, root]) await mkdir(directory);
  const options = `lowerdir=/,upperdir=${upper},workdir=${scratch}`;
  const enter = `mount -t overlay -o ${options} overlay ${root} && shift`;
  const inside = (text: string, words: readonly string[]) =>
    execa('unshare', ['--mount', 'sh', '-c', `${enter} && ${text}`, 'sh', ...words], {
      all: true,
      reject: false,
      env: { SOURCE_DATE_EPOCH: undefined },
    });
  return {
    upper,
    run: (...words) => inside('"$@"', ['-', executable, ...words, '--root', root]),
    script: async (text) => (await inside(text, ['-', root])).all,
    async files() {
      const { stdout } = await execa('find', [upper, '-not', '-type', 'd', '-printf', '/%P\n']);
      return stdout.split('\n').filter(Boolean).toSorted();
    },
    remove: () => rm(work, { recursive: true }),
  };
}
