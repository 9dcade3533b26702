/** How far a command is, on standard error: a bar on a terminal, a line every ten per cent in a log. */
import { stderr } from 'node:process';

export interface Progress {
  readonly update: (done: number, total: number) => void;
  readonly end: () => void;
}

/** `done` and `total` are bytes. */
export function showProgress(what: string): Progress {
  return stderr.isTTY ? drawBar(what) : writeLines(what);
}

function drawBar(what: string): Progress {
  return {
    update: (done, total) => {
      const filled = Math.round((done / total) * barWidth);
      const bar = '#'.repeat(filled).padEnd(barWidth);
      stderr.write(`\r${what} [${bar}] ${percent(done, total)} % of ${mebibytes(total)} MiB`);
    },
    end: () => {
      stderr.write('\r\u001B[K');
    },
  };
}

function writeLines(what: string): Progress {
  let written = 0;
  return {
    update: (done, total) => {
      const tenth = Math.floor(percent(done, total) / 10);
      if (tenth === written) return;
      written = tenth;
      stderr.write(`${what}: ${tenth * 10} % of ${mebibytes(total)} MiB\n`);
    },
    end: () => undefined,
  };
}

function percent(done: number, total: number): number {
  return Math.floor((done / total) * 100);
}

function mebibytes(bytes: number): number {
  return Math.ceil(bytes / 2 ** 20);
}

const barWidth = 30;
