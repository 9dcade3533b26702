/**
 * The time the whole teardown may take. Every deadline is cut from it, and a reserve is kept for
 * what must happen whatever went before: wiping keys, flushing, switching off.
 */
export interface Budget {
  /** Of the whole, in seconds: what is wanted, or less where a hardware watchdog is armed. */
  readonly totalSeconds: number;
  /** Milliseconds since the start. */
  elapsed(): number;
  /** A deadline of at most `wanted` milliseconds that leaves the reserve untouched; 0 when spent. */
  deadline(wanted: number): number;
  /**
   * The same for what the reserve is for: at most half of what is left, so that whatever comes after has time too,
   * however much of what came before has hung.
   * @param after how many it is known to share with, each of which may hang too: they have equal parts.
   */
  reserved(wanted: number, after?: number): number;
  /** What is worth waiting for: `wanted` outside of the reserve, or at least what `reserved` grants of `least`. */
  patient(wanted: number, least: number, after?: number): number;
  /** Stops the clock while a person looks (debugging). */
  pause(milliseconds: number): void;
}

const mostReserveSeconds = 20;
/** Of the hardware watchdog's time, so that the keys do not depend on its being fed. */
const shareOfWatchdog = 0.9;

/**
 * @param watchdogSeconds the hardware watchdog's timeout, 0 when none is armed.
 * @param wantedSeconds for the whole, as the settings have it.
 */
export function startBudget(
  watchdogSeconds: number,
  wantedSeconds = 90,
  now = () => performance.now(),
): Budget {
  const totalSeconds =
    watchdogSeconds > 0
      ? Math.min(wantedSeconds, watchdogSeconds * shareOfWatchdog)
      : wantedSeconds;
  const total = totalSeconds * 1000;
  const reserve = Math.min(mostReserveSeconds * 1000, total / 3);
  const start = now();
  let paused = 0;
  const elapsed = () => now() - start - paused;
  const deadline = (wanted: number) => atMost(wanted, total - reserve - elapsed());
  const reserved = (wanted: number, after = 1) =>
    atMost(wanted, (total - elapsed()) / (1 + Math.max(1, after)));
  return {
    totalSeconds,
    elapsed,
    deadline,
    reserved,
    patient: (wanted, least, after) => Math.max(deadline(wanted), reserved(least, after)),
    pause: (milliseconds) => {
      paused += milliseconds;
    },
  };
}

function atMost(wanted: number, left: number): number {
  return Math.max(0, Math.min(wanted, left));
}
