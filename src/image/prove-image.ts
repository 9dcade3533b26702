/**
 * The proof of a finished image: each of its programs is loaded and, where it can be done without
 * touching anything, started in it. What would not start at shutdown fails here.
 */
import { execa } from 'execa';
import { resolveClosure } from '../elf/closure.ts';
import { sameArchitecture } from '../elf/elf-object.ts';
import { Failure } from '../failure.ts';
import { ForeignRoot } from '../root/foreign-root.ts';
import { createLoaderView } from '../root/loader-view.ts';
import type { ImageProgram } from './image-manifest.ts';

/** How much was proved: programs ran, or (foreign architecture, no namespaces) were only resolved. */
export type Proof = 'started' | 'resolved';

/** A first start on a cold and busy machine is slow; none needs nearly as long. */
const startDeadline = 60_000;

/** `directory` holds the image unpacked. Throws a Failure naming the program and what it said. */
export async function proveImage(
  programs: readonly ImageProgram[],
  directory: string,
): Promise<Proof> {
  const { proof, failures } = await tryPrograms(programs, directory);
  const [failure] = failures;
  if (failure !== undefined) throw failure;
  return proof;
}

export interface Trial {
  readonly proof: Proof;
  /** One for each program that does not start. */
  readonly failures: readonly Failure[];
}

/** The same for all programs to their end; without `start` they are only resolved. */
export async function tryPrograms(
  programs: readonly ImageProgram[],
  directory: string,
  start = true,
): Promise<Trial> {
  const once = [...new Map(programs.map((program) => [program.path, program])).values()];
  const { native, failures } = resolvePrograms(once, directory);
  if (failures.length > 0) return { proof: 'resolved', failures };
  const enter = native && start ? await findEntrance(directory) : undefined;
  if (enter === undefined) return { proof: 'resolved', failures };
  const results = await Promise.allSettled(once.map((program) => startProgram(program, enter)));
  const reasons = results.flatMap((result) => (result.status === 'rejected' ? result.reason : []));
  return { proof: 'started', failures: reasons.map(expectFailure) };
}

/** Every closure once more, now in the image alone; `native` when this machine can run them. */
function resolvePrograms(programs: readonly ImageProgram[], directory: string) {
  const view = createLoaderView(new ForeignRoot(directory));
  const host = createLoaderView(new ForeignRoot('/')).object(process.execPath);
  const failures: Failure[] = [];
  let native = true;
  for (const { path } of programs) {
    try {
      const program = view.object(path);
      if (program === undefined) throw new Failure(`prove ${path}: it is not in the image`);
      // What is loaded at run time is optional but for libgcc_s; a note cannot be told apart here.
      resolveClosure(program, view, { dlopenFeatures: [] });
      native &&= host !== undefined && sameArchitecture(host.elf, program.elf);
    } catch (error) {
      failures.push(expectFailure(error));
    }
  }
  return { native, failures };
}

/** Anything else is a bug. */
function expectFailure(error: unknown): Failure {
  if (error instanceof Failure) return error;
  throw error;
}

type Entrance = readonly [command: string, ...words: string[]];

/**
 * A change of root with the host's /proc in it (lvm asks it for the kernel's device types), seen by
 * the started program alone. A user namespace needs no rights; where there is none, root has them.
 */
async function findEntrance(directory: string): Promise<Entrance | undefined> {
  const script =
    'busybox=$1; shift; "$busybox" mount -o rbind /proc "$0/proc" && exec "$busybox" chroot "$0" "$@"';
  const shell = `${directory}/guard/busybox`;
  const enter = [shell, 'sh', '-c', script, directory, shell];
  const entrances: Entrance[] = [
    ['unshare', '--user', '--map-root-user', '--mount', ...enter],
    ['unshare', '--mount', ...enter],
  ];
  for (const [command, ...words] of entrances) {
    // In a tree that is being built there may be no /proc to lend.
    const attempt = ['/guard/busybox', 'test', '-r', '/proc/self/mounts'];
    const { failed } = await execa(command, [...words, ...attempt], {
      reject: false,
      stdin: 'ignore',
      timeout: startDeadline,
    });
    if (!failed) return [command, ...words];
  }
  return undefined;
}

async function startProgram(program: ImageProgram, enter: Entrance): Promise<void> {
  // As ldd -r: every symbol bound, nothing run.
  const trace = { LD_TRACE_LOADED_OBJECTS: '1', LD_BIND_NOW: '1', LD_WARN: '1' };
  if (!program.static)
    await run(program, enter, [], trace, /not found|undefined symbol|error while loading/);
  if (program.probe !== undefined) await run(program, enter, program.probe, {}, undefined);
}

async function run(
  { path }: ImageProgram,
  [command, ...words]: Entrance,
  probe: readonly string[],
  env: Readonly<Record<string, string>>,
  complaint: RegExp | undefined,
): Promise<void> {
  // The variables are for the program alone: env(1) of the image sets them after the change of root.
  const settings = Object.entries({ ...env, DM_DISABLE_UDEV: '1', LVM_SUPPRESS_FD_WARNINGS: '1' });
  const start = ['/guard/busybox', 'env', '-i', ...settings.map((pair) => pair.join('=')), path];
  const { failed, all, shortMessage } = await execa(command, [...words, ...start, ...probe], {
    reject: false,
    all: true,
    stdin: 'ignore',
    timeout: startDeadline,
  });
  const said = all.split('\n').find((line) => complaint?.test(line));
  if (!failed && said === undefined) return;
  throw new Failure(
    `prove ${path}: it does not start in the image: ${said?.trim() ?? (all || shortMessage)}`,
    { hint: 'the root may be half upgraded; bring its packages in order and build again' },
  );
}
