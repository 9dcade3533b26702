/** The two disks of a short machine. */
import { truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Disk } from './virtual-machine.ts';

/** Files D1 and D2 in a directory, in which machines that are started on them leave theirs too. */
export interface StackDisks {
  readonly directory: string;
  readonly format: Disk['format'];
}

export const usualMib = 256;

export async function makeDisks(directory: string, sizeMib: number): Promise<StackDisks> {
  for (const name of ['D1', 'D2']) {
    await writeFile(join(directory, name), '');
    await truncate(join(directory, name), sizeMib * 2 ** 20);
  }
  return { directory, format: 'raw' };
}
