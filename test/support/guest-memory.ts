/** Looks for secrets in the memory a machine left behind, with the library of `scan`. */
import { withDump } from '../../src/scan/dump.ts';
import { makeFindings, type Findings } from '../../src/scan/findings.ts';
import { scanDump } from '../../src/scan/scan-dump.ts';
import { makeSearchList } from '../../src/scan/search-list.ts';

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
  const list = makeSearchList(keys, markers);
  return await withDump(memoryFile, async (dump, file) =>
    makeFindings(list, await scanDump(dump, file, { pieces: list.pieces, tolerance: 0 })),
  );
}
