/**
 * Whether anything still happens: data on the way to or from a disk, steps that come to an end. Waiting helps as long
 * as it does; and so long the hardware watchdog is fed.
 */
import { parseActivity } from './parse-activity.ts';
import { readNow } from './read-now.ts';

/** Times are those of performance.performance.now(), in milliseconds. */
export interface Progress {
  /** Something came to its end. */
  mark(): void;
  /** A wait that has an end of its own counts as progress for as long as it lasts. */
  during<Value>(wait: Promise<Value>): Promise<Value>;
  /** When a disk last answered. */
  lastAnswer(): number;
  /** When anything at all last happened. */
  last(): number;
}

const sampleMilliseconds = 500;

/** Looks into procfs twice a second, which waits for nothing. */
export function watchProgress(
  readActivity = () => parseActivity(readNow('/proc/diskstats'), readNow('/proc/vmstat')),
): Progress {
  let activity = readActivity();
  let answered = performance.now();
  let marked = performance.now();
  let waits = 0;
  const sample = () => {
    const current = readActivity();
    if (current !== activity) answered = performance.now();
    activity = current;
  };
  setInterval(sample, sampleMilliseconds).unref();
  return {
    mark: () => {
      marked = performance.now();
    },
    during: async (wait) => {
      waits += 1;
      try {
        return await wait;
      } finally {
        waits -= 1;
        marked = performance.now();
      }
    },
    lastAnswer: () => answered,
    last: () => (waits > 0 ? performance.now() : Math.max(answered, marked)),
  };
}
