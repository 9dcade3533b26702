/** What an installation has put into a root, so that uninstalling removes that and nothing else. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Failure, reasonOf } from '../failure.ts';
import { recordFile } from './installed-path.ts';

export interface InstallationRecord {
  readonly version: 1;
  /** Files and symlinks, besides the library directory's. */
  readonly paths: readonly string[];
  /** Directories that were not there before, parents first. */
  readonly directories: readonly string[];
}

/** Undefined when nothing is installed in that root. */
export async function readRecord(root: string): Promise<InstallationRecord | undefined> {
  const path = join(root, recordFile);
  try {
    return parseRecord(await readFile(path, 'utf8'));
  } catch (error) {
    if (reasonOf(error) === 'ENOENT') return undefined;
    throw new Failure(`read ${path}: ${reasonOf(error)}`, { cause: error });
  }
}

function parseRecord(text: string): InstallationRecord {
  const record = JSON.parse(text) as Partial<InstallationRecord>;
  if (record.version !== 1) throw new Failure(`its version is ${record.version}, not 1`);
  return { version: 1, paths: record.paths ?? [], directories: record.directories ?? [] };
}

/** Both together, for an installation over an earlier one. */
export function uniteRecords(
  earlier: InstallationRecord | undefined,
  later: InstallationRecord,
): InstallationRecord {
  return {
    version: 1,
    paths: unite(earlier?.paths, later.paths),
    directories: unite(earlier?.directories, later.directories),
  };
}

function unite(one: readonly string[] = [], other: readonly string[]): string[] {
  return [...new Set([...one, ...other])].toSorted();
}
