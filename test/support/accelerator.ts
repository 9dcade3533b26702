/**
 * Whether QEMU runs guests on this machine's own processor or has to translate them. A /dev/kvm that
 * exists says little: in a nested machine it may open and then fail at the guest's first page fault.
 * So a kernel is started with it once, and its first line decides.
 */
import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { cacheDirectory } from './build-cache.ts';

export type Accelerator = 'kvm' | 'tcg';

/**
 * Without CMPXCHG16B the kernel's slab allocator takes a path that QEMU translates much better than
 * the one it would choose.
 */
export const accelerationArguments: Readonly<Record<Accelerator, readonly string[]>> = {
  kvm: ['-accel', 'kvm', '-cpu', 'host'],
  tcg: ['-accel', 'tcg,thread=multi,tb-size=512', '-cpu', 'max,cx16=off'],
};

/** The verdict is kept until the machine is started again or QEMU, the user or the kernel changes. */
export async function accelerator(kernel: string): Promise<Accelerator> {
  const [bootId, version] = await Promise.all([
    readFile('/proc/sys/kernel/random/boot_id', 'utf8'),
    execa('qemu-system-x86_64', ['--version']),
  ]);
  const facts = [bootId, version.stdout, kernel, process.geteuid?.()].join('\0');
  const key = createHash('sha256').update(facts).digest('hex').slice(0, 16);
  const verdict = join(cacheDirectory, `accelerator-${key}`);
  const known = await readFile(verdict, 'utf8').catch(() => undefined);
  if (known === 'kvm' || known === 'tcg') return known;
  const found = (await kvmStarts(kernel)) ? 'kvm' : 'tcg';
  await mkdir(cacheDirectory, { recursive: true });
  await writeFile(`${verdict}.part-${process.pid}`, found);
  await rename(`${verdict}.part-${process.pid}`, verdict);
  return found;
}

async function kvmStarts(kernel: string): Promise<boolean> {
  const commandLine = 'console=ttyS0 panic=-1';
  const { stdout } = await execa(
    'qemu-system-x86_64',
    [
      ['-nodefaults', '-no-user-config', '-display', 'none', '-no-reboot', '-m', '256'],
      accelerationArguments.kvm,
      ['-serial', 'stdio', '-kernel', kernel, '-append', commandLine],
    ].flat(),
    // A kernel that finds no root panics, which ends this QEMU; one that cannot run does not.
    { stdin: 'ignore', reject: false, timeout: 15_000, forceKillAfterDelay: 1000 },
  );
  return /VFS: Unable to mount root/.test(stdout);
}
