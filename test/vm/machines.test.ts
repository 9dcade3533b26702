/**
 * The machines and the search themselves, by exitrds that are not ours: what is clean is seen as clean,
 * what is dirty as dirty, and a key that was left behind is found.
 */
import { expect, test } from 'vitest';
import { abruptExitrd, systemdExitrd } from '../support/peer-exitrd.ts';
import { runShutdown } from '../support/shutdown-run.ts';

const wholePage = { found: 2 ** 20 / 64, pieces: 2 ** 20 / 64 };
const nothing = { found: 0 };

// As systemd cannot switch off a swap area whose path the pivot has changed, all below it stays open.
const cases = [
  { exitrd: systemdExitrd, stack: 'A', systemd: 257, dirty: false, schedules: 0, root: nothing },
  { exitrd: systemdExitrd, stack: 'A', systemd: 252, dirty: false, schedules: 0, root: nothing },
  { exitrd: systemdExitrd, stack: 'G', systemd: 257, dirty: false, schedules: 4, root: nothing },
  { exitrd: abruptExitrd, stack: 'A', systemd: 257, dirty: true, schedules: 4, root: wholePage },
] as const;

for (const { exitrd, stack, systemd, dirty, schedules, root } of cases) {
  test(`${exitrd.name} on ${stack}, entered as by systemd ${systemd}`, async () => {
    await using run = await runShutdown({ stack, systemd, exitrd: await exitrd() });
    expect(run.reason).toBe('guest-shutdown');
    expect(run.keys).toEqual([expect.stringMatching(/^[0-9a-f]{128}$/)]);
    const clean = { state: 'clean', needsRecovery: dirty, fsck: 0, known: 'intact' };
    expect(run.findings).toContainEqual({ kind: 'ext4', name: 'root', ...clean });

    const { keys, markers } = await run.searchMemory();
    expect(keys.filter(({ shape }) => shape.endsWith('schedule'))).toHaveLength(schedules);
    expect(keys.filter(({ shape }) => !shape.endsWith('schedule'))).toEqual([]);
    expect(markers).toMatchObject([{ marker: 'file system', ...root }]);
  });
}
