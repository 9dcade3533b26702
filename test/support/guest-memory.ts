/** Looks for secrets in the memory a machine left behind, with the library of `scan`. */
import type { Findings } from '../../src/scan/findings.ts';
import { searchDump } from '../../src/scan/search-dump.ts';
import type { VirtualMachine } from './virtual-machine.ts';

export interface Secrets {
  /** Volume keys as hexadecimal. */
  readonly keys: readonly string[];
  /** Random content by the name of where it was. */
  readonly markers: Readonly<Record<string, Uint8Array>>;
}

/** What of the secrets is there, and the schedules of keys that were not given. */
export async function searchMemory(memoryFile: string, secrets: Secrets): Promise<Findings> {
  const keys = secrets.keys.map((hex, index) => ({
    name: `key ${index}`,
    content: Buffer.from(hex, 'hex'),
  }));
  const markers = Object.entries(secrets.markers).map(([name, content]) => ({ name, content }));
  return (await searchDump(memoryFile, { keys, markers, tolerance: 0 })).findings;
}

/**
 * How many traces of the keys are in a machine's memory, and which part of each marker, from 0 to 1. The
 * machine stands still meanwhile.
 */
export async function remains(
  { monitor, memoryFile }: VirtualMachine,
  secrets: Secrets,
): Promise<Readonly<Record<string, number>>> {
  const { running } = (await monitor.execute('query-status')) as { running: boolean };
  if (running) await monitor.execute('stop');
  const { keys, markers } = await searchMemory(memoryFile, secrets);
  if (running) await monitor.execute('cont');
  const parts = markers.map(({ marker, found, pieces }) => [marker, found / pieces] as const);
  return { key: keys.length, ...Object.fromEntries(parts) };
}
