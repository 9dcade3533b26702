/**
 * The kernel's first root, which an initramfs is unpacked into. Most empty it when they leave it; one that does not
 * leaves its key files and passphrases there, below all that is mounted later, where no path leads.
 */
import { constants, lstatSync, openSync, readdirSync, statfsSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { reasonOf } from '../failure.ts';
import { copyMountNamespace, stepBelowRoot } from '../kernel/mount-namespace.ts';
import { parseMountinfo } from '../snapshot/parse-mountinfo.ts';
import type { Budget } from './budget.ts';
import { childWord, exitrdProgram, isChildOfExitrd } from './child-of-exitrd.ts';
import type { Run } from './execute-plan.ts';
import type { Journal } from './journal.ts';
import { readNow } from './read-now.ts';

const deadline = 10_000;
const namespacePath = '/proc/self/ns/mnt';
/** include/uapi/linux/magic.h. */
const inMemory = new Set([0x01021994, 0x858458f6]);
/** Of what the kernel keeps in its cache for itself, blocks of the disks among it. */
const ordinaryKib = 2048;

/** Only where memory is in use that is not seen: to look costs a process. */
export async function emptyFirstRoot(budget: Budget, run: Run, journal: Journal): Promise<void> {
  if (hiddenKib() < ordinaryKib) return;
  const child = [exitrdProgram, childWord.emptyFirstRoot] as const;
  const { ok, reason, stdout } = await run(child, budget.reserved(deadline));
  if (!ok) journal.warn(`empty the first root: ${reason}`);
  else if (stdout.trim() !== '0') journal.detail(`first root emptied: ${stdout.trim()} bytes`);
}

/** File contents in memory, less those of the file systems that can be seen. */
function hiddenKib(): number {
  const cached = /^Cached: +(?<kib>\d+) kB$/m.exec(readNow('/proc/meminfo') ?? '');
  const seen = new Map<string, number>();
  for (const { fstype, devnum, target } of parseMountinfo(readNow('/proc/self/mountinfo') ?? '')
    .mounts) {
    if (fstype !== 'tmpfs' && fstype !== 'devtmpfs') continue;
    try {
      const { blocks, bfree, bsize } = statfsSync(target);
      seen.set(devnum, ((blocks - bfree) * bsize) / 1024);
    } catch {
      // What cannot be asked counts as hidden.
    }
  }
  const visible = [...seen.values()].reduce((sum, kib) => sum + kib, 0);
  return Number(cached?.groups?.['kib'] ?? 0) - visible;
}

/** In the child, in a namespace of its own: prints how many bytes were given back. */
export function runEmptyFirstRootChild(): void {
  try {
    if (!isChildOfExitrd()) throw new Error('refused: this is for the exitrd to start');
    const own = lstatSync('/').dev;
    copyMountNamespace();
    let bytes = 0;
    stepBelowRoot(openSync(namespacePath, constants.O_RDONLY), () => {
      const { dev } = lstatSync('/');
      // Never a file system on a disk, whatever it may be doing there.
      if (dev !== own && inMemory.has(statfsSync('/').type)) bytes = truncateAll('/', dev);
    });
    process.stdout.write(`${bytes}\n`);
  } catch (error) {
    process.stderr.write(`shutdown: empty the first root: ${reasonOf(error)}\n`);
    process.exitCode = 1;
  }
}

function truncateAll(directory: string, device: number): number {
  let bytes = 0;
  for (const name of readdirSync(directory)) {
    const path = join(directory, name);
    try {
      const facts = lstatSync(path);
      if (facts.dev !== device) continue;
      if (facts.isDirectory()) bytes += truncateAll(path, device);
      if (!facts.isFile() || facts.size === 0) continue;
      truncateSync(path);
      bytes += facts.size;
    } catch {
      // ETXTBSY: a program that cannot be killed runs from it.
    }
  }
  return bytes;
}
