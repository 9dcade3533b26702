/** Looks for secrets in the memory a machine left behind, with the library of `scan`. */
import type { Findings } from '../../src/scan/findings.ts';
import { searchDump } from '../../src/scan/search-dump.ts';

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
