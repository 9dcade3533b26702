/**
 * systemd-shutdown closes the hardware watchdog without disarming it, and nobody feeds it behind
 * its back. We do, from the event loop, as long as there is progress: neither a hung loop nor one that waits for
 * nothing is fed. Never with the letter that would disarm it at close (Documentation/watchdog/watchdog-api.rst).
 */
import { open, type FileHandle } from 'node:fs/promises';
import type { Progress } from './progress.ts';
import { within } from './run-with-deadline.ts';

/** Seconds until the armed watchdog resets the machine; 0 when systemd armed none. */
export function watchdogSeconds(environment: NodeJS.ProcessEnv): number {
  const microseconds = Number(environment['WATCHDOG_USEC'] ?? 0);
  return Number.isFinite(microseconds) && microseconds > 0 ? microseconds / 1e6 : 0;
}

const openDeadline = 1_000;

export async function feedWatchdog(
  environment: NodeJS.ProcessEnv,
  progress: Progress,
): Promise<void> {
  const seconds = watchdogSeconds(environment);
  if (seconds === 0) return;
  const named = environment['WATCHDOG_DEVICE'];
  const paths = named === undefined ? ['/dev/watchdog0', '/dev/watchdog'] : [named];
  for (const path of paths) {
    const device = await within(open(path, 'w'), openDeadline, undefined);
    if (device === undefined) continue;
    let fed = performance.now();
    feed(device);
    const timer = setInterval(
      () => {
        if (progress.last() < fed) return;
        fed = performance.now();
        feed(device);
      },
      Math.min(seconds / 4, 5) * 1000,
    );
    timer.unref();
    return;
  }
}

function feed(device: FileHandle): void {
  device.write('\0').catch(() => undefined);
}
