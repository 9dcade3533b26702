/** The machine of guest/stack/many: hundreds of mounts and devices, or a share of them. */
import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Failure } from '../../src/failure.ts';
import { ourExitrd, type Exitrd } from './our-exitrd.ts';
import { scratchDirectory } from './scratch-directory.ts';
import { runShutdown, type ShutdownRun } from './shutdown-run.ts';

const memoryMib = 1024;

/** A script, since VmHWM of proc_pid_status(5) is the only place where the largest size of another process is told. */
const peakScript = `#!/bin/sh
while read -r name size unit; do
  [ "$name" != VmHWM: ] || echo "peak $size $unit"
done <"/proc/$PPID/status"
`;

/** Ours, with a hook that tells how much memory it had resident at most. */
export async function exitrdWithPeak(): Promise<Exitrd> {
  await using work = await scratchDirectory();
  const program = join(work.path, 'peak');
  await writeFile(program, peakScript);
  await chmod(program, 0o755);
  return await ourExitrd({}, `[hooks.peak]\nprogram = "${program}"\nwhen = "final"\n`);
}

export async function runForest(exitrd: string, perCent: number): Promise<ShutdownRun> {
  const commandLine = `many=${perCent}`;
  return await runShutdown({ stack: 'many', exitrd, memoryMib, commandLine });
}

/** What it was made of: `517 mounts, 203 dm, 64 loops`. */
export function forestSize(log: string): readonly [mounts: number, dm: number, loops: number] {
  const [, mounts, dm, loops] = /forest: (\d+) mounts, (\d+) dm, (\d+) loops/.exec(log) ?? [];
  if (loops === undefined)
    throw new Failure(`find the forest's size: none in\n${log.slice(-4000)}`);
  return [Number(mounts), Number(dm), Number(loops)];
}

/** In MiB, of the executable; undefined where the exitrd is not ours. */
export function peakMib(log: string): number | undefined {
  const kib = /hook peak: peak (\d+) kB/.exec(log)?.[1];
  return kib === undefined ? undefined : Number(kib) / 1024;
}
