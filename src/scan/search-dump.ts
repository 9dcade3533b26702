/** The whole search as one call: a dump's path and what to look for in, findings out. */
import { withDump, type Dump } from './dump.ts';
import { collectFindings, type Findings } from './findings.ts';
import { scanDump, type ScanOptions } from './scan-dump.ts';
import { makeSearchList, type NamedBytes } from './search-list.ts';

export interface DumpSearch extends Pick<ScanOptions, 'chunk' | 'onProgress'> {
  /** Raw bytes of keys; their halves, text and schedules are derived. */
  readonly keys?: readonly NamedBytes[];
  readonly markers?: readonly NamedBytes[];
  /** Bits that may differ in the schedule of an unknown key, undefined: do not look for any. */
  readonly tolerance?: number | undefined;
}

export interface SearchedDump {
  readonly dump: Dump;
  /** Bytes of memory that were searched. */
  readonly bytes: number;
  readonly findings: Findings;
}

export async function searchDump(path: string, search: DumpSearch): Promise<SearchedDump> {
  const { keys = [], markers = [], tolerance, ...options } = search;
  const list = makeSearchList(keys, markers);
  const { findings, ...collector } = collectFindings(list);
  return await withDump(path, async (dump, file) => {
    const { pieces } = list;
    const bytes = await scanDump(dump, file, { ...options, ...collector, pieces, tolerance });
    return { dump, bytes, findings: findings() };
  });
}
