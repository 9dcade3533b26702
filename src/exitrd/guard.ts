/**
 * The line to the guard, which is PID 1: while it hears from us it waits, when the line is cut or
 * silent for too long it takes over. The guard opened the descriptor and named it in our
 * environment.
 */
import { writeSync } from 'node:fs';

const variable = 'SHUTDOWNRAMFS_GUARD';

/** Tells the guard not to take over for so many seconds from now. */
export function holdGuard(seconds: number): void {
  const descriptor = Number(process.env[variable] ?? '');
  if (!Number.isInteger(descriptor) || descriptor <= 2) return;
  try {
    writeSync(descriptor, `alive ${Math.ceil(seconds)}\n`);
  } catch {
    // No guard (started by hand): there is nobody to hold back.
  }
}
