/** What a shutdown left behind, in words: traces of keys in memory, and disks that a second boot did not find clean. */
import type { Findings } from '../../src/scan/findings.ts';
import type { Finding } from '../../test/support/short-machine.ts';

/** Empty when all is well. */
export function describeLeft(
  { keys, schedules }: Pick<Findings, 'keys' | 'schedules'>,
  findings: readonly Finding[],
): string {
  const found = keys.length + schedules.length;
  const dirty = findings.filter((finding) => !isClean(finding)).length;
  return [
    ...(found > 0 ? [`${found} traces of keys`] : []),
    ...(dirty > 0 ? [`${dirty} not clean`] : []),
  ].join(', ');
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
