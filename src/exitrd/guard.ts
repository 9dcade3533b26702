/**
 * The line to the guard, which is PID 1: while it hears from us it waits, when the line is cut or
 * silent for too long it takes over. The guard opened the descriptor and named it in our
 * environment.
 */
import { writeSync } from 'node:fs';

const variable = 'SHUTDOWNRAMFS_GUARD';

/** Tells the guard not to take over for so many seconds from now. */
export function holdGuard(seconds: number): void {
  tell(`alive ${Math.ceil(seconds)}`);
}

/**
 * Has the guard collect the processes that have ended: of these all are its children, not ours, and until
 * then the kernel keeps what credentials refer to, keyrings among it.
 */
export function collectEnded(): void {
  tell('collect');
}

function tell(words: string): void {
  const descriptor = Number(process.env[variable] ?? '');
  if (!Number.isInteger(descriptor) || descriptor <= 2) return;
  try {
    writeSync(descriptor, `${words}\n`);
  } catch {
    // No guard (started by hand): there is nobody to tell.
  }
}
