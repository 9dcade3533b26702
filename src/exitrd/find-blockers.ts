/** Reads what tells who stands in the way: procfs, sysfs and configfs, none of which wait for a device. */
import { readdirSync } from 'node:fs';
import type { BlockerFacts, WaitingProcess } from './blockers.ts';
import { readNow } from './read-now.ts';
import { processIds, readState, readWait, readWords } from './read-process.ts';
import { within } from './run-with-deadline.ts';
import { findSurvivors } from './survivors.ts';

/** Milliseconds. Keys are still to be wiped. */
const deadline = 2_000;

/** Directories of sysfs with one entry for each file system that lives, by the name of its device. */
const fileSystemTypes = ['ext4', 'xfs', 'f2fs', 'btrfs', 'jfs', 'bcachefs'];
const targets = '/sys/kernel/config/target/core';

export async function findBlockerFacts(): Promise<BlockerFacts> {
  const [survivors, waiting] = await Promise.all([
    within(findSurvivors(), deadline, []),
    within(findWaiting(), deadline, []),
  ]);
  const fileSystems = fileSystemTypes.flatMap((fstype) =>
    list(`/sys/fs/${fstype}`).map((device) => ({ fstype, device })),
  );
  return { survivors, waiting, fileSystems, exports: findExports(), suspects: findSuspects() };
}

/** Ours among them: the children that were abandoned. */
async function findWaiting(): Promise<readonly WaitingProcess[]> {
  const found = processIds().map(async (processId) => {
    const state = readState(processId);
    if (state?.state !== 'D' || state.kernelThread) return undefined;
    const words = await readWords(processId);
    return { processId, name: state.name, words, where: readWait(processId) };
  });
  return (await Promise.all(found)).filter((process) => process !== undefined);
}

/** Backstores of the kernel's SCSI target; `info` of a file has ` File: PATH  Size: …`. */
function findExports(): BlockerFacts['exports'] {
  return list(targets).flatMap((kind) =>
    list(`${targets}/${kind}`).flatMap((name) => {
      const directory = `${targets}/${kind}/${name}`;
      const file = /\bFile: (?<path>\/.*?) +Size: /.exec(readNow(`${directory}/info`) ?? '');
      const path = file?.groups?.['path'] ?? readNow(`${directory}/udev_path`)?.trim() ?? '';
      return path.startsWith('/') ? [{ by: `SCSI target ${name}`, path }] : [];
    }),
  );
}

/** Modules that hold files or devices for others and show nowhere which. */
const suspectModules: ReadonlyMap<string, string> = new Map([
  ['nfsd', 'nfsd'],
  ['ksmbd', 'ksmbd'],
  ['target_core_mod', 'a SCSI target'],
  ['nvmet', 'an NVMe target'],
  ['drbd', 'DRBD'],
  ['zfs', 'ZFS'],
]);

function findSuspects(): readonly string[] {
  const modules = readNow('/proc/modules') ?? '';
  return modules
    .split('\n')
    .map((line) => suspectModules.get(line.split(' ', 1)[0] ?? ''))
    .filter((name) => name !== undefined);
}

function list(directory: string): readonly string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}
