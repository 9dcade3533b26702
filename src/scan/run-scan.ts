/** The scan command's work: files in, text out. */
import { readFile } from 'node:fs/promises';
import { Failure, reasonOf } from '../failure.ts';
import { isAnythingFound } from './findings.ts';
import { maximumTolerance } from './find-schedules.ts';
import { describeFindings } from './report.ts';
import { searchDump } from './search-dump.ts';
import { makeSearchList, type NamedBytes } from './search-list.ts';

export interface ScanRequest {
  readonly dump: string;
  readonly key: readonly string[];
  readonly marker: readonly string[];
  readonly unknown: boolean;
  readonly tolerance: number;
  readonly json: boolean;
  readonly onProgress?: (done: number, total: number) => void;
}

export async function runScan(
  request: ScanRequest,
): Promise<{ readonly output: string; readonly isFound: boolean }> {
  const { tolerance } = request;
  if (!Number.isInteger(tolerance) || tolerance < 0 || tolerance > maximumTolerance) {
    throw new Failure(`scan: --tolerance is 0 to ${maximumTolerance} bits, not ${tolerance}`);
  }
  const [keys, markers] = await Promise.all([
    Promise.all(request.key.map((path) => readSecret(path, maximumKey))),
    Promise.all(request.marker.map((path) => readSecret(path, maximumMarker))),
  ]);
  const { dump, bytes, findings } = await searchDump(request.dump, {
    keys,
    markers,
    tolerance: request.unknown ? tolerance : undefined,
    ...(request.onProgress ? { onProgress: request.onProgress } : {}),
  });
  const isFound = isAnythingFound(findings);
  const { path, format } = dump;
  const output = request.json
    ? JSON.stringify({ version: 1, dump: path, format, bytes, isFound, ...findings })
    : describeFindings(dump, bytes, findings).join('\n');
  return { output: `${output}\n`, isFound };
}

async function readSecret(path: string, maximum: number): Promise<NamedBytes> {
  const content = await readFile(path).catch((error: unknown) => {
    throw new Failure(`read ${path}: ${reasonOf(error)}`);
  });
  if (content.length > maximum) {
    throw new Failure(`read ${path}: ${content.length} bytes, at most ${maximum}`, {
      hint: 'a key is short; give long content as --marker, at most 64 MiB of it',
    });
  }
  if (makeSearchList([], [{ name: path, content }]).pieces.length === 0) {
    throw new Failure(`read ${path}: nothing to look for in it`, {
      hint: 'it takes 7 bytes and more, and others than zeros',
    });
  }
  return { name: path, content };
}

const maximumKey = 1024;
const maximumMarker = 64 << 20;
