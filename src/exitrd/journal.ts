/**
 * Where the exitrd speaks: the kernel log, which outlives the power-off where the machine keeps it
 * (pstore, serial console), and the console, where somebody may be looking.
 */
import { closeSync, openSync, writeSync } from 'node:fs';
import type { Settings } from '../settings/settings.ts';
import { printable, printableLine } from './printable.ts';

export interface Journal {
  /** One line a person should see, unless the console is to be quiet. */
  say(text: string): void;
  /** A step of the work: shown on a verbose console only. */
  detail(text: string): void;
  /** Something that is not as it should be: always shown. */
  warn(text: string): void;
  /** One line of JSON for machines. */
  record(value: object): void;
  /** All that was said, the oldest first; only the last of it where it was much. */
  lines(): readonly string[];
}

/** Syslog priorities as /dev/kmsg takes them (Documentation/ABI/testing/dev-kmsg). */
const priority = { warning: 4, notice: 5, info: 6 } as const;

/** A longer record is refused with EINVAL (PRINTKRB_RECORD_MAX, kernel/printk/printk.c). */
export const longestRecord = 976;

const mostLines = 2000;

/** The kernel log has everything, whatever the console shows. */
export function openJournal(output: Settings['output']): Journal {
  const kernelLog = openKernelLog();
  const said: string[] = [];
  const keep = (text: string) => {
    said.push(...text.split('\n'));
    if (said.length > mostLines) said.splice(0, said.length - mostLines);
  };
  const log = (level: number, text: string) => {
    for (const line of text.split('\n')) write(kernelLog, `<${level}>${cut(line)}\n`);
  };
  return {
    say(raw) {
      const text = printable(raw);
      keep(text);
      log(priority.info, `shutdownramfs: ${text}`);
      if (output !== 'quiet') show(text);
    },
    detail(raw) {
      const text = printableLine(raw);
      keep(text);
      log(priority.info, `shutdownramfs: ${text}`);
      if (output === 'verbose') show(text);
    },
    warn(raw) {
      const text = printable(raw);
      keep(text);
      log(priority.warning, `shutdownramfs: ${text}`);
      show(text);
    },
    record(value) {
      log(priority.notice, `shutdownramfs: ${JSON.stringify(value)}`);
    },
    lines: () => said,
  };
}

function openKernelLog(): number | undefined {
  try {
    const file = openSync('/proc/sys/kernel/printk_devkmsg', 'w');
    // Else the kernel drops all but ten of our lines.
    write(file, 'on\n');
    closeSync(file);
  } catch {
    // Set on the command line, or no /proc: the lines are rationed.
  }
  try {
    return openSync('/dev/kmsg', 'a');
  } catch {
    return undefined;
  }
}

function write(file: number | undefined, text: string): void {
  if (file === undefined) return;
  try {
    writeSync(file, text);
  } catch {
    // A console that cannot be written to is no reason to stop.
  }
}

function show(text: string): void {
  write(1, `shutdownramfs: ${text.replaceAll('\n', '\nshutdownramfs: ')}\n`);
}

function cut(line: string): string {
  const bytes = Buffer.from(line);
  return bytes.length <= longestRecord ? line : bytes.subarray(0, longestRecord).toString();
}
