/**
 * The text a guest writes to its serial port, and waiting for something in it. Every wait has a
 * deadline, ends early when the guest panics, and shows the end of the log when it fails.
 */
import { Failure } from '../../src/failure.ts';

export interface SerialConsole {
  /** All lines so far, without escape sequences; the last may be unfinished. */
  lines(): readonly string[];
  /** The last lines, to be shown in an error. */
  tail(count?: number): string;
  /** The first line, among those already there too, that matches. */
  waitForLine(pattern: RegExp, deadlineSeconds: number): Promise<string>;
}

export interface SerialConsoleFeed extends SerialConsole {
  feed(text: string): void;
  /** Ends every wait, now and later, with this error. */
  close(error: Error): void;
}

interface Waiter {
  readonly pattern: RegExp;
  readonly resolve: (line: string) => void;
  readonly reject: (error: Error) => void;
}

const panic = /Kernel panic - not syncing.*/;

// CSI sequences, the two-byte escapes, and what terminals are asked for by systemd at its start.
// oxlint-disable-next-line no-control-regex
const escapeSequence = /\u001B(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007]*\u0007|[@-Z\\^_c])|\r/g;

export function createSerialConsole(): SerialConsoleFeed {
  const lines = [''];
  let unfinished = '';
  const waiters = new Set<Waiter>();
  let ended: Error | undefined;

  function tail(count = 40): string {
    return lines.slice(-count).join('\n');
  }

  function look(line: string): void {
    for (const waiter of waiters) if (waiter.pattern.test(line)) waiter.resolve(line);
    const words = panic.exec(line);
    if (words && ended === undefined) close(new Error(words[0]));
  }

  function close(error: Error): void {
    ended ??= error;
    // Later: the lines that explain the end are often still on their way.
    setTimeout(() => {
      for (const waiter of waiters) waiter.reject(error);
    }, 500);
  }

  return {
    lines: () => lines,
    tail,
    close,
    feed(text) {
      const [end = '', ...others] = text.split('\n');
      for (const part of [`${unfinished}${end}`, ...others]) {
        unfinished = part;
        // Text can come to an end within an escape sequence, so the line is looked at whole.
        lines.splice(-1, 1, part.replaceAll(escapeSequence, ''), '');
        look(lines.at(-2) ?? '');
      }
      lines.pop();
    },
    async waitForLine(pattern, deadlineSeconds) {
      const already = lines.find((line) => pattern.test(line));
      if (already !== undefined) return already;
      const { promise, resolve, reject } = Promise.withResolvers<string>();
      const waiter = { pattern, resolve, reject };
      waiters.add(waiter);
      if (ended) close(ended);
      const timer = setTimeout(() => {
        reject(new Error(`not within ${deadlineSeconds} s`));
      }, deadlineSeconds * 1000);
      try {
        return await promise;
      } catch (cause) {
        const reason = cause instanceof Error ? cause.message : String(cause);
        throw new Failure(`wait for ${String(pattern)}: ${reason}\n--- console ---\n${tail()}`, {
          cause,
        });
      } finally {
        clearTimeout(timer);
        waiters.delete(waiter);
      }
    },
  };
}
