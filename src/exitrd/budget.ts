/**
 * The time the whole teardown may take. Every deadline is cut from it, and a reserve is kept for
 * what must happen whatever went before: wiping keys, flushing, switching off.
 */
export interface Budget {
  /** Milliseconds since the start. */
  elapsed(): number;
  /** A deadline of at most `wanted` milliseconds that leaves the reserve untouched; 0 when spent. */
  deadline(wanted: number): number;
  /** The same for what the reserve is for. */
  reserved(wanted: number): number;
  /** Stops the clock while a person looks (debugging). */
  pause(milliseconds: number): void;
}

export const totalSeconds = 90;
const reserveSeconds = 20;

/**
 * @param watchdogSeconds the hardware watchdog's timeout, 0 when none is armed: the budget stays
 *   below it, so that a hung feeder does not cost the keys.
 */
export function startBudget(watchdogSeconds: number, now = () => performance.now()): Budget {
  const seconds =
    watchdogSeconds > 0 ? Math.min(totalSeconds, watchdogSeconds * 0.9) : totalSeconds;
  const total = seconds * 1000;
  const reserve = Math.min(reserveSeconds * 1000, total / 3);
  const start = now();
  let paused = 0;
  const elapsed = () => now() - start - paused;
  return {
    elapsed,
    deadline: (wanted) => atMost(wanted, total - reserve - elapsed()),
    reserved: (wanted) => atMost(wanted, total - elapsed()),
    pause: (milliseconds) => {
      paused += milliseconds;
    },
  };
}

function atMost(wanted: number, left: number): number {
  return Math.max(0, Math.min(wanted, left));
}
