/**
 * The proof of a finished image: each of its programs is loaded and, where it can be done without
 * touching anything, started in it. What would not start at shutdown fails here.
 */
import { resolveClosure } from '../elf/closure.ts';
import { sameArchitecture } from '../elf/elf-object.ts';
import { machineName } from '../elf/machine-name.ts';
import { Failure } from '../failure.ts';
import { ForeignRoot } from '../root/foreign-root.ts';
import { createLoaderView } from '../root/loader-view.ts';
import { findEntrance, type Entrance } from './entrance.ts';
import type { ImageProgram } from './image-manifest.ts';

/**
 * How much was proved: programs ran; they ran under qemu-user; or, where neither can be, their
 * libraries were only found.
 */
export type Proof = 'started' | 'emulated' | 'resolved';

/**
 * `directory` holds the image unpacked. Throws a Failure naming the program and what it said. When
 * `signal` aborts, whatever was started is killed.
 */
export async function proveImage(
  programs: readonly ImageProgram[],
  directory: string,
  signal?: AbortSignal,
): Promise<Proof> {
  const { proof, failures } = await tryPrograms(programs, directory, { signal });
  const [failure] = failures;
  if (failure !== undefined) throw failure;
  return proof;
}

interface TrialOptions {
  readonly start?: boolean;
  readonly signal?: AbortSignal | undefined;
}

export interface Trial {
  readonly proof: Proof;
  /** One for each program that does not start. */
  readonly failures: readonly Failure[];
}

/** The same for all programs to their end; unless `start` they are only resolved. */
export async function tryPrograms(
  programs: readonly ImageProgram[],
  directory: string,
  { start = true, signal }: TrialOptions = {},
): Promise<Trial> {
  const once = [...new Map(programs.map((program) => [program.path, program])).values()];
  const { machine, loaders, failures } = resolvePrograms(once, directory);
  if (failures.length > 0) return { proof: 'resolved', failures };
  const enter = start && machine ? await findEntrance(directory, machine, signal) : undefined;
  if (enter === undefined) return { proof: 'resolved', failures };
  const results = await Promise.allSettled(
    once.map((program) => startProgram(program, loaders.get(program.path), enter)),
  );
  const reasons = results.flatMap((result) => (result.status === 'rejected' ? result.reason : []));
  const proof = machine === 'native' ? 'started' : 'emulated';
  return { proof, failures: reasons.map(expectFailure) };
}

/**
 * Every closure once more, now in the image alone. `machine` is `native` when this one can run the
 * programs, else the name of the one that all are for.
 */
function resolvePrograms(programs: readonly ImageProgram[], directory: string) {
  const view = createLoaderView(new ForeignRoot(directory));
  const host = createLoaderView(new ForeignRoot('/')).object(process.execPath);
  const failures: Failure[] = [];
  const machines = new Set<string>();
  const loaders = new Map<string, string | undefined>();
  for (const { path } of programs) {
    try {
      const program = view.object(path);
      if (program === undefined) throw new Failure(`prove ${path}: it is not in the image`);
      // What is loaded at run time is optional but for libgcc_s; a note cannot be told apart here.
      resolveClosure(program, view, { dlopenFeatures: [] });
      loaders.set(path, program.elf.interpreter);
      const isNative = host !== undefined && sameArchitecture(host.elf, program.elf);
      machines.add(isNative ? 'native' : machineName(program.elf));
    } catch (error) {
      failures.push(expectFailure(error));
    }
  }
  const [machine, ...others] = machines;
  return { machine: others.length === 0 ? machine : undefined, loaders, failures };
}

/** Anything else is a bug. */
function expectFailure(error: unknown): Failure {
  if (error instanceof Failure) return error;
  throw error;
}

async function startProgram(
  { path, probe }: ImageProgram,
  loader: string | undefined,
  enter: Entrance,
): Promise<void> {
  const complaint = /not found|undefined symbol|error (?:while )?(?:loading|relocating)/i;
  // As ldd -r: every symbol bound, nothing run.
  const trace = { LD_TRACE_LOADED_OBJECTS: '1', LD_BIND_NOW: '1', LD_WARN: '1' };
  if (loader !== undefined && /\/ld-musl-[^/]+$/.test(loader)) {
    // The same by name: musl's loader knows none of these variables and would run the program.
    await run(path, enter, [loader, '--list', path], {}, complaint);
  } else if (loader !== undefined) await run(path, enter, [path], trace, complaint);
  if (probe !== undefined) await run(path, enter, [path, ...probe], {}, undefined);
}

async function run(
  path: string,
  enter: Entrance,
  command: readonly string[],
  env: Readonly<Record<string, string>>,
  complaint: RegExp | undefined,
): Promise<void> {
  const settings = Object.entries({ ...env, DM_DISABLE_UDEV: '1', LVM_SUPPRESS_FD_WARNINGS: '1' });
  const environment = settings.map((pair) => pair.join('='));
  const { failed, all, shortMessage } = await enter(command, environment);
  const said = all.split('\n').find((line) => complaint?.test(line));
  if (!failed && said === undefined) return;
  throw new Failure(
    `prove ${path}: it does not start in the image: ${said?.trim() ?? (all || shortMessage)}`,
    { hint: 'the root may be half upgraded; bring its packages in order and build again' },
  );
}
