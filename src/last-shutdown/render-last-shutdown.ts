/** The record of a shutdown as text. Pure. */
import type { FoundRecord } from './found-record.ts';

const mostLines = 40;

export function renderLastShutdown(record: FoundRecord): string {
  const { time, boot, place, summary, report, lines } = record;
  const state =
    report === undefined ? 'ended without a report' : report.clean ? 'clean' : 'NOT CLEAN';
  const verb = report === undefined ? '' : `, ${report.verb}`;
  const text = [
    `shutdown of ${time.replace('T', ' ').replace('Z', ' UTC')}${verb}: ${state}`,
    ...(summary === '' ? [] : [summary]),
    ...section('keys that may remain', report?.keysRemaining),
    ...section('left', report?.left),
    ...section('why', report?.failures),
    ...section('in the way', report?.blockers),
    ...section('killed', report?.killed),
    ...section('not emptied', report?.memoryKept),
    // A clean one is told by its summary.
    ...(report?.clean === true ? [] : section('the last that was said', lines.slice(-mostLines))),
    `from ${place}${boot === '' ? '' : `, boot ${boot}`}`,
  ];
  return `${text.map(printable).join('\n')}\n`;
}

function section(title: string, items: readonly string[] = []): readonly string[] {
  return items.length === 0 ? [] : [`${title}:`, ...items.map((item) => `  ${item}`)];
}

/** Names of devices and mount points may hold anything. */
function printable(line: string): string {
  return line.replaceAll(/\p{Cc}/gu, '?');
}
