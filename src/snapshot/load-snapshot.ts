import { readFile } from 'node:fs/promises';
import { Failure, reasonOf } from '../failure.ts';
import type { FactSource } from './fact-source.ts';
import { localFactSource } from './local-fact-source.ts';
import { parseSnapshot } from './parse-snapshot.ts';
import type { Snapshot } from './snapshot.ts';
import { takeSnapshot } from './take-snapshot.ts';

/** The snapshot in a file, or one of this machine where none is named. */
export async function loadSnapshot(
  path: string | undefined,
  source: FactSource = localFactSource,
): Promise<Snapshot> {
  if (path === undefined) return takeSnapshot(source);
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    throw new Failure(`read snapshot ${path}: ${reasonOf(cause)}`, { cause });
  }
  return parseSnapshot(text, path);
}
