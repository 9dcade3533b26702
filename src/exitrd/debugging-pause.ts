/** Gives a person or a test the time to look: a pause for a memory dump, a shell. */
import { spawn } from 'node:child_process';
import type { Budget } from './budget.ts';
import type { Debugging } from './debugging.ts';
import { beatForGuard } from './guard.ts';
import type { Journal } from './journal.ts';

const busybox = '/usr/bin/busybox';
const graceSeconds = 60;

/** The line that a test waits for; it never changes. */
const pauseLine = 'memory can be dumped now';

export async function pauseForDebugging(
  debugging: Debugging,
  budget: Budget,
  journal: Journal,
): Promise<void> {
  const start = performance.now();
  if (debugging.pauseSeconds > 0) {
    journal.say(`${pauseLine}: going on in ${debugging.pauseSeconds} s, or on Enter`);
    beatForGuard(debugging.pauseSeconds + graceSeconds);
    await waitForEnter(debugging.pauseSeconds * 1000);
  }
  if (debugging.shell) {
    journal.say('a shell, as asked for: exit ends it');
    beatForGuard(24 * 3600);
    await runShell();
  }
  budget.pause(performance.now() - start);
  beatForGuard(graceSeconds);
}

/** Terminals answer the console's set-up with escape sequences: only a line end counts. */
function waitForEnter(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      process.stdin.off('data', look).pause();
      resolve();
    };
    const look = (bytes: Buffer) => {
      if (bytes.includes('\n') || bytes.includes('\r')) done();
    };
    const timer = setTimeout(done, milliseconds);
    process.stdin.on('error', () => undefined);
    process.stdin.on('data', look);
  });
}

function runShell(): Promise<void> {
  return new Promise((resolve) => {
    const shell = spawn(busybox, ['cttyhack', busybox, 'sh'], {
      stdio: 'inherit',
      cwd: '/',
      env: { PATH: '/usr/sbin:/usr/bin', TERM: process.env['TERM'] ?? 'linux', HOME: '/' },
    });
    shell.on('error', () => resolve());
    shell.on('exit', () => resolve());
  });
}
