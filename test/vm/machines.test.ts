/** The machines themselves: that a clean shutdown is seen as clean, and a dirty one as dirty. */
import { expect, test } from 'vitest';
import { abruptExitrd, systemdExitrd } from '../support/peer-exitrd.ts';
import { runShutdown } from '../support/shutdown-run.ts';

const cases = [
  { exitrd: systemdExitrd, does: 'unmounts', needsRecovery: false, known: 'intact', systemd: 257 },
  { exitrd: systemdExitrd, does: 'unmounts', needsRecovery: false, known: 'intact', systemd: 252 },
  { exitrd: abruptExitrd, does: 'is abrupt', needsRecovery: true, known: 'damaged', systemd: 257 },
] as const;

for (const { exitrd, does, needsRecovery, known, systemd } of cases) {
  test(`an exitrd that ${does}, entered as by systemd ${systemd}`, async () => {
    await using run = await runShutdown({ stack: 'A', exitrd: await exitrd(), systemd });
    expect(run.reason).toBe('guest-shutdown');
    expect(run.findings).toEqual([
      { kind: 'ext4', name: 'root', state: 'clean', needsRecovery, fsck: 0, known },
      {
        kind: 'key',
        name: 'crypt0',
        cipher: 'aes-xts-plain64',
        hex: expect.stringMatching(/^[0-9a-f]{128}$/) as string,
      },
    ]);
  });
}
