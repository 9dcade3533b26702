/** One shutdown of a stack in a short machine, and what it left behind. */
import { runShutdown } from '../../test/support/shutdown-run.ts';
import type { Finding } from '../../test/support/short-machine.ts';

export interface MachineRun {
  /** From the exec of `/shutdown` to power-off. */
  readonly seconds: number;
  /** The same without the time in which the virtual processor waited for a real one. */
  readonly undisturbed: number;
  /** Keys found in memory and disks that were not clean; empty when all is well. */
  readonly left: string;
}

export async function runInMachine(stack: string, exitrd: string): Promise<MachineRun> {
  await using run = await runShutdown({ stack, exitrd });
  const { keys, schedules } = await run.searchMemory();
  const found = keys.length + schedules.length;
  const dirty = run.findings.filter((finding) => !isClean(finding)).length;
  return {
    seconds: run.seconds,
    undisturbed: run.seconds - run.waited,
    left: [
      ...(found > 0 ? [`${found} traces of keys`] : []),
      ...(dirty > 0 ? [`${dirty} not clean`] : []),
    ].join(', '),
  };
}

function isClean(finding: Finding): boolean {
  switch (finding.kind) {
    case 'ext4':
      return finding.state === 'clean' && !finding.needsRecovery && finding.fsck === 0;
    case 'btrfs':
      return finding.check === 0;
    case 'cache':
      return finding.state !== 'no cache' && finding.state !== 'inconsistent';
    case 'member':
      return finding.state === 'clean';
    case 'array':
      return finding.degraded === 0 && finding.syncAction === 'idle';
    case 'key':
    case 'end':
      return true;
  }
}
