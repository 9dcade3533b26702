/** Findings as lines for a person to read: one a find, then a summary. */
import type { Dump } from './dump.ts';
import type { Findings } from './findings.ts';

export function describeFindings(dump: Dump, bytes: number, findings: Findings): string[] {
  const { keys, markers, schedules } = findings;
  const whole = keys.filter(({ found, pieces }) => found === pieces).length;
  const place = dump.format === 'elf' ? 'physical address' : 'offset';
  return [
    ...keys.map(
      ({ address, key, part, shape, found, pieces }) =>
        `${hexadecimal(address)}  key ${key}: ${part}, ${shape}${found < pieces ? `, ${found} of ${pieces} pieces` : ''}`,
    ),
    ...schedules.map(
      ({ address, bits, key, errors }) =>
        `${hexadecimal(address)}  AES-${bits} key schedule of ${key}${errors > 0 ? `, ${errors} bits off` : ''}`,
    ),
    ...markers.map(
      ({ marker, found, pieces, occurrences, first }) =>
        `marker ${marker}: ${found} of ${pieces} pieces${first === undefined ? '' : `, ${occurrences} in all, the first at ${hexadecimal(first)}`}`,
    ),
    `${dump.path}: ${dump.format}, ${Math.ceil(bytes / 2 ** 20)} MiB searched; ` +
      `${keys.length} finds of given keys (${whole} whole), ` +
      `${schedules.length} schedules of unknown keys, ` +
      `${markers.filter(({ found }) => found > 0).length} of ${markers.length} markers` +
      (keys.length + schedules.length > 0 ? `; first column: ${place}` : ''),
  ];
}

function hexadecimal(address: number): string {
  return `0x${address.toString(16).padStart(9, '0')}`;
}
