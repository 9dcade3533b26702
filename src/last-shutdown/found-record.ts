/** What was found of the last shutdown, as far as it could be understood: other versions write other reports. */
import * as z from 'zod';

const texts = z.array(z.string()).catch([]);

const report = z.object({
  verb: z.string().catch('?'),
  clean: z.boolean(),
  left: texts,
  failures: texts,
  blockers: texts,
  keysRemaining: texts,
  killed: texts,
  memoryKept: texts,
});

type FoundReport = z.infer<typeof report>;

export interface FoundRecord {
  /** Where: a path, or a path on a device. */
  readonly place: string;
  /** ISO 8601 in UTC; that of the file where the record does not say. */
  readonly time: string;
  /** Boot id of the boot that ended; empty when unknown. */
  readonly boot: string;
  /** Empty when unknown. */
  readonly summary: string;
  /** Undefined where the exitrd did not get as far as to write one: the guard ended the machine. */
  readonly report: FoundReport | undefined;
  readonly lines: readonly string[];
}

const record = z.object({
  boot: z.string().catch(''),
  time: z.iso.datetime(),
  summary: z.string().catch(''),
  report,
  lines: texts,
});

/** Undefined for what is no record. */
export function parseRecord(text: string, place: string): FoundRecord | undefined {
  const { success, data } = record.safeParse(parseJson(text));
  return success ? { place, ...data } : undefined;
}

const said = /shutdownramfs: (?<text>.*)$/;

/**
 * The same from a log of the kernel, which has our lines among others: `<5>[   12.3] shutdownramfs: …`.
 * @param time of the file, as ISO 8601.
 */
export function parseKernelLog(text: string, place: string, time: string): FoundRecord | undefined {
  const lines = text.split('\n').flatMap((line) => said.exec(line)?.groups?.['text']?.trim() ?? []);
  if (lines.length === 0) return undefined;
  const found = lines
    .map((line) => report.safeParse(parseJson(line)))
    .findLast(({ success }) => success)?.data;
  const summary = lines.findLast((line) => /, \d+ left, |^KEY MAY REMAIN/.test(line)) ?? '';
  return {
    place,
    time,
    boot: '',
    summary,
    report: found,
    lines: lines.filter((line) => !line.startsWith('{')),
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
