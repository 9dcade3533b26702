/**
 * The line to the guard, which is PID 1: while it hears from us it waits, when the line is cut or
 * silent for too long it takes over. The guard opened the descriptor and named it in our
 * environment.
 *
 * What is said comes from the event loop, so that a loop that is stuck is silent within seconds; and
 * it ends with the time we have, so that one that turns for ever is not taken for work.
 */
import { writeSync } from 'node:fs';

const variable = 'SHUTDOWNRAMFS_GUARD';
const beatMilliseconds = 5_000;
/** Longer than our longest pause without the event loop: to read a machine's largest files of procfs. */
const graceSeconds = 20;

let beating: NodeJS.Timeout | undefined;

/** Says every few seconds that we live, for at most so many seconds from now. */
export function beatForGuard(seconds: number, say: (seconds: number) => void = tellGuard): void {
  clearInterval(beating);
  const end = performance.now() + seconds * 1000;
  const beat = () => {
    const left = Math.max(0, (end - performance.now()) / 1000);
    say(Math.min(graceSeconds, left));
    if (left <= graceSeconds) clearInterval(beating);
  };
  beating = setInterval(beat, beatMilliseconds);
  beating.unref();
  beat();
}

/** Tells the guard not to take over for so many seconds from now, in which we may be silent. */
export function holdGuard(seconds: number): void {
  clearInterval(beating);
  tellGuard(seconds);
}

function tellGuard(seconds: number): void {
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
