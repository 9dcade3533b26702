/** One shutdown of a stack without device-mapper, in namespaces of this machine's own kernel. */
import { once } from 'node:events';
import { mkdtemp, open, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { execa } from 'execa';
import { Failure } from '../../src/failure.ts';

export interface NamespaceRun {
  /** From the exec of `/shutdown` to reboot(2), which ends the namespace. */
  readonly seconds: number;
  /** Loop devices whose file system was still mounted, or which were not detached. */
  readonly left: readonly string[];
  readonly log: string;
}

const deadlineMilliseconds = 300_000;

/** @param mounts so many mounts of memory are there besides. */
export async function runInNamespace(
  stack: string,
  archive: string,
  mounts = 0,
): Promise<NamespaceRun> {
  const work = await mkdtemp('/dev/shm/shutdownramfs-bench-');
  const script = join(import.meta.dirname, 'namespace');
  const words = [
    '--mount',
    '--pid',
    '--fork',
    '--kill-child',
    'sh',
    script,
    stack,
    archive,
    work,
    String(mounts),
  ];
  const child = execa('unshare', words, {
    stdin: 'pipe',
    all: true,
    reject: false,
    timeout: deadlineMilliseconds,
    killSignal: 'SIGKILL',
  });
  const loops: string[] = [];
  let ready = false;
  try {
    for await (const line of createInterface({ input: child.stdout })) {
      const [word, loop = ''] = line.split(' ');
      if (word === 'loop') loops.push(loop);
      ready = word === 'ready';
      if (ready) break;
    }
    if (!ready) throw new Failure(`build ${stack}: ${(await child).all}`);
    // Keeps the mounts of the namespace when its processes have gone: what is left can be seen.
    await using namespace = await open(`/proc/${child.nodeChildProcess.pid}/ns/mnt`);
    const ended = once(child.nodeChildProcess, 'exit');
    const start = performance.now();
    child.stdin.write('\n');
    await ended;
    const seconds = (performance.now() - start) / 1000;
    const { all, signal } = await child;
    // The kernel's way to tell a namespace's parent of a power-off (pid_namespaces(7)).
    if (signal !== 'SIGINT') throw new Failure(`shut ${stack} down: ended otherwise\n${all}`);
    const left = await attached(loops);
    await namespace.close();
    return { seconds, left, log: all };
  } finally {
    child.kill('SIGKILL');
    await child;
    // The last to be attached lies in the others.
    for (const loop of (await attached(loops)).toReversed()) {
      await execa('losetup', ['-d', `/dev/${loop}`], { reject: false });
    }
    await rm(work, { recursive: true });
  }
}

/** A loop device that was detached may have become another's in the meantime. */
async function attached(loops: readonly string[]): Promise<readonly string[]> {
  const left: string[] = [];
  for (const loop of loops) {
    const path = `/sys/block/${loop}/loop/backing_file`;
    const file = await readFile(path, 'utf8').catch(() => '');
    if (/\/(?:D1|D2|root\.img)(?: \(deleted\))?\n$/.test(file)) left.push(loop);
  }
  return left;
}
