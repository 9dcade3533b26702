/** Machines that have a fault, with our exitrd or with somebody else's. */
// Which expectations a fault has is for its data to say.
// oxlint-disable vitest/no-conditional-expect
import { describe, expect, test } from 'vitest';
import { expectCleanDisks } from './clean-disks.ts';
import { hasLine, type Fault, type FaultGroup } from './fault.ts';
import { ourExitrd } from './our-exitrd.ts';
import type { Finding } from './short-machine.ts';
import { runShutdown, type ShutdownRun } from './shutdown-run.ts';

const memoryMib = 1024;

/** @param exitrd an uncompressed cpio archive; the fault's own configuration and damage are for ours alone. */
async function runFault(fault: Fault, exitrd: string): Promise<ShutdownRun> {
  const { stack, verb, commandLine, meanwhile } = fault;
  return await runShutdown({
    stack,
    exitrd,
    memoryMib: fault.memoryMib ?? memoryMib,
    ...(verb === undefined ? {} : { verb }),
    ...(commandLine === undefined ? {} : { commandLine }),
    ...(meanwhile === undefined ? {} : { meanwhile }),
  });
}

/** How a machine ends that does what it was told. */
const endOfVerb = {
  poweroff: 'guest-shutdown',
  halt: 'halted',
  reboot: 'guest-reset',
  // Nothing is loaded.
  kexec: 'guest-reset',
} as const;

export function testFaults({ title, faults }: FaultGroup): void {
  describe(title, () => {
    test.each(faults.map((fault) => [fault.name, fault] as const))('%s', async (_, fault) => {
      await using exitrd = await ourExitrd(fault.damage, fault.configuration);
      await using machine = await runFault(fault, exitrd.archive);
      expect(machine.reason).toBe(endOfVerb[fault.verb ?? 'poweroff']);
      expect(machine.seconds).toBeLessThan(fault.seconds ?? 105);
      const report = reportIn(machine.log);
      if (fault.report === undefined) expect(report).toBeUndefined();
      else expect(report).toMatchObject({ keysRemaining: [], ...fault.report });
      if (fault.blocker !== undefined) expect(machine.log).toMatch(fault.blocker);
      if (!hasLine(machine.log, fault.seen)) expect(machine.log).toContain(fault.seen);
      expectSaved(fault, machine.findings);
      await expectNoSecrets(fault, machine);
    });
  });
}

/** The one line of JSON in the kernel log. */
function reportIn(log: string): unknown {
  const line = /shutdownramfs: (?<json>\{"version".*\})/.exec(log);
  const json = line?.groups?.['json'];
  return json === undefined ? undefined : JSON.parse(json);
}

function expectSaved({ saved, lost = [] }: Fault, findings: readonly Finding[]): void {
  const kept = findings.filter((finding) => !('name' in finding && lost.includes(finding.name)));
  switch (saved) {
    case 'cleanly':
      expectCleanDisks({ findings: kept });
      break;
    case 'all data': {
      const known = kept.flatMap((finding) =>
        finding.kind === 'ext4' || finding.kind === 'btrfs' ? [finding] : [],
      );
      expect(known).not.toEqual([]);
      for (const finding of known) expect(finding).toMatchObject({ known: 'intact' });
      break;
    }
    case 'nothing':
  }
}

async function expectNoSecrets(fault: Fault, machine: ShutdownRun): Promise<void> {
  expect(machine.keys.length).toBeGreaterThanOrEqual(fault.keys ?? 1);
  const { keys, markers } = await machine.searchMemory();
  expect(keys).toEqual([]);
  if (fault.plaintextMayRemain === true) return;
  for (const marker of markers) expect(marker).toMatchObject({ found: 0 });
}
