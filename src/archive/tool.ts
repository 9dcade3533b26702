/** Programs of others that bytes flow through, or that make and read file systems. */
import type { Duplex, Writable } from 'node:stream';
import { execa, ExecaError } from 'execa';
import { Failure } from '../failure.ts';

/** With the package of Debian that has it, for the hint. */
const packages = {
  xz: 'xz-utils',
  lz4: 'lz4',
  mksquashfs: 'squashfs-tools',
  unsquashfs: 'squashfs-tools',
  'mkfs.erofs': 'erofs-utils',
  'fsck.erofs': 'erofs-utils',
} as const;

export type Tool = keyof typeof packages;

/** A stream, and what must be ended with it. */
export interface Stage<Stream extends Writable = Duplex> {
  readonly stream: Stream;
  /** Settles when nothing of it is left running. Does not throw. */
  readonly dispose?: () => Promise<void>;
}

/** Variables that would change what the tools make of the same bytes. */
const environment = { SOURCE_DATE_EPOCH: undefined, XZ_OPT: undefined, XZ_DEFAULTS: undefined };

/** The stream fails with what the tool said when the tool fails, and ends when it has ended. */
export function filterThrough(tool: Tool, ...words: readonly string[]): Stage {
  const child = execa(tool, words, {
    env: environment,
    encoding: 'buffer',
    buffer: { stdout: false },
  });
  return { stream: child.duplex(), dispose: disposal(child) };
}

/** The same for a tool that takes bytes and writes a file. */
export function feedInto(tool: Tool, ...words: readonly string[]): Stage<Writable> {
  const child = execa(tool, words, { env: environment, stdout: 'ignore' });
  return { stream: child.writable(), dispose: disposal(child) };
}

/** Waits for its end; when `signal` aborts, it is killed. */
export async function runTool(
  tool: Tool,
  words: readonly string[],
  signal?: AbortSignal,
): Promise<void> {
  await execa(tool, words, {
    env: environment,
    stdin: 'ignore',
    killSignal: 'SIGKILL',
    ...(signal !== undefined && { cancelSignal: signal }),
  });
}

/** What went wrong with a tool; undefined for an error that is of none. */
export function toolFailure(error: unknown): Failure | undefined {
  if (!(error instanceof ExecaError)) return undefined;
  const [tool = ''] = error.command.split(' ');
  const name = Object.entries(packages).find(([command]) => command === tool)?.[1];
  if (error.code === 'ENOENT') {
    return new Failure(`run ${tool}: ENOENT`, {
      cause: error,
      hint: `install it (Debian: apt install ${name})`,
    });
  }
  const lines = Buffer.from(error.stderr ?? '')
    .toString('utf8')
    .split('\n');
  const said = lines.find((line) => line.trim() !== '')?.trim();
  const end = error.signal === undefined ? `exit status ${error.exitCode}` : error.signal;
  return new Failure(`run ${tool}: ${said ?? end}`, { cause: error });
}

function disposal(child: Pick<ReturnType<typeof execa>, 'kill' | 'catch'>): () => Promise<void> {
  const ended = child.catch(() => undefined);
  return async () => {
    child.kill('SIGKILL');
    await ended;
  };
}
