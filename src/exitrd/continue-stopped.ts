/**
 * Storage daemons that somebody stopped: what they serve waits for ever, and so does whoever asks them to end.
 * systemd-shutdown continues all processes before it kills them, but for these.
 */
import { readFileSync, readdirSync } from 'node:fs';
import type { Journal } from './journal.ts';

export function continueStopped(journal: Journal): void {
  for (const id of processes()) {
    const name = stoppedName(id);
    if (name === undefined) continue;
    try {
      process.kill(Number(id), 'SIGCONT');
      journal.detail(`continue ${name}[${id}], which was stopped`);
    } catch {
      // ESRCH: gone already.
    }
  }
}

function processes(): readonly string[] {
  try {
    return readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  } catch {
    return [];
  }
}

/** State `T` of proc_pid_stat(5); the name before it may hold blanks and parentheses. */
function stoppedName(id: string): string | undefined {
  try {
    return /^\d+ \((.*)\) T /s.exec(readFileSync(`/proc/${id}/stat`, 'utf8'))?.[1];
  } catch {
    return undefined;
  }
}
