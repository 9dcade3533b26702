/**
 * Runs a tool that may hang. The promise settles at the deadline whatever the child does: one that
 * ignores SIGKILL (a process in uninterruptible sleep) is abandoned, never waited for. execa would
 * wait for its exit, which is why the exitrd starts processes by itself.
 */
import { spawn } from 'node:child_process';
import { withExactWords } from './exact-words.ts';

export interface CommandOutcome {
  readonly ok: boolean;
  /** Why it is not ok: exit status and what the tool said, a signal, the deadline, or an errno. */
  readonly reason: string;
  readonly stdout: string;
  readonly stderr: string;
  /** It did not end in time, and was killed, or at least told to die. */
  readonly hung?: true;
}

export type Command = readonly [program: string, ...words: string[]];

/** No inherited word of the kernel command line reaches a tool; libdevmapper never waits for udev. */
const environment = {
  PATH: '/usr/sbin:/usr/bin',
  LC_ALL: 'C',
  DM_DISABLE_UDEV: '1',
  LVM_SUPPRESS_FD_WARNINGS: '1',
};

const keptCharacters = 65_536;
/** A tool may say a megabyte without a line's end. */
const longestReason = 300;
/** After the exit, output may still be in the pipe, and a grandchild may keep the pipe open. */
const drainMilliseconds = 100;

/** @param mostCharacters a child that says more is killed. */
export function runWithDeadline(
  command: Command,
  deadline: number,
  variables: Readonly<Record<string, string>> = {},
  giveUp?: AbortSignal,
  mostCharacters = Infinity,
): Promise<CommandOutcome> {
  const [program, ...words] = withExactWords(command);
  return new Promise((resolve) => {
    const output = { stdout: '', stderr: '' };
    let settled = false;
    const start = performance.now();
    const settle = (ok: boolean, reason: string, hung?: true) => {
      if (settled) return;
      settled = true;
      clearTimeout(timer);
      giveUp?.removeEventListener('abort', abandon);
      resolve({ ok, reason, ...output, ...(hung && { hung }) });
    };
    const child = spawn(program, words, {
      env: { ...environment, ...variables },
      cwd: '/',
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    let said = 0;
    const abandon = () => {
      killGroup(child.pid);
      child.unref();
      const seconds = (performance.now() - start) / 1000;
      settle(false, `no end within ${seconds.toFixed(1)} s`, true);
    };
    const timer = setTimeout(abandon, deadline);
    giveUp?.addEventListener('abort', abandon);
    for (const name of ['stdout', 'stderr'] as const) {
      child[name].setEncoding('utf8').on('data', (text: string) => {
        output[name] = (output[name] + text).slice(0, keptCharacters);
        said += text.length;
        if (said <= mostCharacters || settled) return;
        killGroup(child.pid);
        settle(false, 'it says more than can be read');
      });
    }
    const end = (status: number | null, signal: string | null) => {
      settle(status === 0, describeEnd(status, signal, output.stderr));
    };
    child.on('error', (error: NodeJS.ErrnoException) => {
      settle(false, error.code ?? error.message);
    });
    child.on('close', end);
    child.on('exit', (status, signal) =>
      setTimeout(end, drainMilliseconds, status, signal).unref(),
    );
  });
}

function describeEnd(status: number | null, signal: string | null, stderr: string): string {
  if (status === 0) return '';
  const said = stderr.split('\n').find((line) => line.trim() !== '' && !isRemark(line)) ?? '';
  const how = signal === null ? `exit status ${status}` : `killed by ${signal}`;
  return said === '' ? how : said.slice(0, longestReason);
}

/** What libdevmapper says of every call in an exitrd, where udev's socket outlives udev. */
function isRemark(line: string): boolean {
  return line.startsWith('Udev is running and DM_DISABLE_UDEV');
}

function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // ESRCH: it ended in the meantime.
  }
}

/** A promise's value, or the fallback when it fails or is not there in time: for reads of procfs. */
export async function within<T>(promise: Promise<T>, deadline: number, fallback: T): Promise<T> {
  const { promise: late, resolve } = Promise.withResolvers<T>();
  const timer = setTimeout(resolve, deadline, fallback);
  try {
    return await Promise.race([promise, late]);
  } catch {
    return fallback;
  } finally {
    clearTimeout(timer);
  }
}
