/** Looks for records of shutdowns in every place where an exitrd, or the kernel for it, may have kept one. */
import { readdir, readFile, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { reasonOf } from '../failure.ts';
import { recordFile, recordVariable, variableAttributes } from '../record/record-place.ts';
import { sourcePath } from '../record/source-path.ts';
import { parseKernelLog, parseRecord, type FoundRecord } from './found-record.ts';

const variable = `/sys/firmware/efi/efivars/${recordVariable}`;
/** The kernel's own, and where systemd-pstore(8) moves what it finds there. */
const kernelStores = ['/sys/fs/pstore', '/var/lib/systemd/pstore'];
const mountSeconds = 20;

export interface Search {
  /** The newest first. */
  readonly records: readonly FoundRecord[];
  /** Places that could not be looked into: `read /sys/fs/pstore: EACCES`. */
  readonly failures: readonly string[];
}

/** @param fileSystem a device as in fstab(5), empty for none. */
export async function findRecords(fileSystem: string): Promise<Search> {
  const failures: string[] = [];
  const attempt = async <T>(object: string, look: () => Promise<readonly T[]>) => {
    try {
      return await look();
    } catch (error) {
      if (reasonOf(error) !== 'ENOENT') failures.push(`read ${object}: ${reasonOf(error)}`);
      return [];
    }
  };
  const found = await Promise.all([
    attempt(variable, readVariable),
    ...kernelStores.map((path) => attempt(path, () => readStore(path))),
    fileSystem === '' ? [] : attempt(fileSystem, () => readFileSystem(fileSystem)),
  ]);
  const records = found.flat().toSorted((one, other) => (one.time < other.time ? 1 : -1));
  return { records, failures };
}

async function readVariable(): Promise<readonly FoundRecord[]> {
  const bytes = await readFile(variable);
  const text = bytes.subarray(variableAttributes.length).toString();
  return [parseRecord(text, variable)].filter((record) => record !== undefined);
}

/** All parts of one event together: the kernel numbers them from the end of its log. */
async function readStore(path: string): Promise<readonly FoundRecord[]> {
  const entries = await readdir(path, { withFileTypes: true, recursive: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  const parts = await Promise.all(
    files.map(async (file) => ({
      file,
      text: await readFile(file, 'utf8'),
      time: (await stat(file)).mtime.toISOString().replace(/\.\d+/, ''),
    })),
  );
  const events = Map.groupBy(parts, ({ text, file, time }) => eventOf(text, file, time));
  return [...events.values()].flatMap((event) => {
    const ordered = event.toSorted((one, other) => partOf(other.text) - partOf(one.text));
    const [first] = ordered;
    if (first === undefined) return [];
    const text = ordered.map((part) => part.text).join('\n');
    return parseKernelLog(text, path, first.time) ?? [];
  });
}

/** The first line of a part is `Shutdown#1 Part2`, `Panic#3 Part1` (fs/pstore/platform.c). */
const head = /^(?<event>\w+#\d+) Part(?<part>\d+)/;

function eventOf(text: string, file: string, time: string): string {
  const event = head.exec(text)?.groups?.['event'];
  // Of the same number in another boot the time differs, but by seconds within one event.
  return event === undefined ? file : `${event} ${time.slice(0, -4)}`;
}

function partOf(text: string): number {
  return Number(head.exec(text)?.groups?.['part'] ?? 0);
}

/** Where it is mounted; else it is mounted for this, read-only, where nobody else sees it. */
async function readFileSystem(source: string): Promise<readonly FoundRecord[]> {
  const device = await realpath(sourcePath(source));
  const script = `mount -o ro,nosuid,nodev,noexec "$0" /mnt && cat /mnt/${recordFile}`;
  const { stdout, stderr, exitCode } = await execa(
    'unshare',
    ['--mount', 'sh', '-c', script, device],
    { reject: false, timeout: mountSeconds * 1000 },
  );
  if (exitCode !== 0) {
    if (stderr.includes('No such file')) return [];
    throw new Error(stderr.trim().split('\n').at(-1) ?? `exit status ${exitCode}`);
  }
  return [parseRecord(stdout, `${recordFile} on ${source}`)].filter(
    (record) => record !== undefined,
  );
}
