/** A copy of this machine's programs that may be spoilt, and builds of it that must leave nothing. */
import { cp, mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { runBuild } from '../../src/image/run-build.ts';
import { executable } from './our-exitrd.ts';
import { scratchDirectory } from './scratch-directory.ts';

export interface HostileRoot extends AsyncDisposable {
  /** The root itself; beside it in the same directory nothing is looked for. */
  readonly path: string;
  /** Of a file in its only directory of libraries. */
  library(name: string): string;
  /** Words are options of `build`. */
  build(...words: readonly string[]): RunningBuild;
}

interface RunningBuild extends Promise<BuildOutcome> {
  kill(signal: NodeJS.Signals): void;
}

interface BuildOutcome {
  /** Undefined when a signal ended it. */
  readonly exitCode: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
  /** Names in the directory of the output and in that of temporary files. */
  readonly left: readonly string[];
}

/** An image holds all of what a build needs, so it is a root itself. */
export async function makePristineRoot(path: string): Promise<void> {
  const options = { root: '/', format: 'directory', compress: 'none' } as const;
  await runBuild({ output: path, ...options, config: ['/dev/null'] });
  await rm(join(path, 'usr/bin/shutdownramfs'));
}

export async function hostileRoot(pristine: string): Promise<HostileRoot> {
  const place = await scratchDirectory();
  const path = join(place.path, 'root');
  const [out, temporary] = [join(place.path, 'out'), join(place.path, 'temporary')];
  await cp(pristine, path, { recursive: true, verbatimSymlinks: true });
  await mkdir(out);
  await mkdir(temporary);
  return {
    path,
    library: (name) => join(path, 'usr/lib/x86_64-linux-gnu', name),
    build(...words) {
      const all = ['build', '--root', path, '--output', join(out, 'image'), ...words];
      const running = execa(executable, all, {
        reject: false,
        timeout: 120_000,
        env: { TMPDIR: temporary },
      });
      const outcome = running.then(async ({ exitCode, stdout, stderr, timedOut }) => {
        if (timedOut) throw new Error(`build of ${path} hangs`);
        const left = [...(await readdir(out)), ...(await readdir(temporary))];
        return { exitCode, stdout, stderr, left };
      });
      return Object.assign(outcome, {
        kill: (signal: NodeJS.Signals) => void running.kill(signal),
      });
    },
    [Symbol.asyncDispose]: async () => await place[Symbol.asyncDispose](),
  };
}
