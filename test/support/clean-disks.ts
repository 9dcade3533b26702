import { expect } from 'vitest';
import type { Finding } from './short-machine.ts';

const cleanFinding = {
  ext4: { state: 'clean', needsRecovery: false, fsck: 0, known: 'intact' },
  btrfs: { check: 0, known: 'intact' },
  cache: { state: expect.stringMatching(/^(?:clean|dirty)$/) },
  member: { state: 'clean' },
  array: { degraded: 0, syncAction: 'idle' },
  key: {},
  end: {},
} as const;

/** Nothing to repair or to resume, and what was written is there. */
export function expectCleanDisks({ findings }: { readonly findings: readonly Finding[] }): void {
  expect(findings.filter(({ kind }) => kind === 'ext4' || kind === 'btrfs')).not.toEqual([]);
  for (const finding of findings) expect(finding).toMatchObject(cleanFinding[finding.kind]);
}
