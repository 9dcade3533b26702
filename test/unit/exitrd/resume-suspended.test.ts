import { expect, test } from 'vitest';
import { startBudget } from '../../../src/exitrd/budget.ts';
import type { Run } from '../../../src/exitrd/execute-plan.ts';
import { resumeSuspended } from '../../../src/exitrd/resume-suspended.ts';
import { machine } from '../../support/machine.ts';

test('the lowest first, and nothing but what is suspended', async () => {
  const m = machine();
  const disk = m.disk('vda');
  m.volume('vg-other', [m.crypt('crypt', disk)]);
  m.volume('vg-top', [m.partition(m.volume('vg-below', [disk]), 1)]);
  const snapshot = m.snapshot();
  const suspended = ['vg-top', 'vg-below', 'crypt'];
  const devices = snapshot.devices.toReversed().map(({ dm, ...device }) => ({
    ...device,
    ...(dm !== undefined && { dm: { ...dm, suspended: suspended.includes(dm.name) } }),
  }));
  const resumed: string[] = [];
  const run: Run = (command) => {
    expect(command.slice(0, 2)).toEqual(['/usr/sbin/dmsetup', 'resume']);
    resumed.push(command.at(-1) ?? '');
    const ok = !command.includes('crypt');
    return Promise.resolve({ ok, reason: ok ? '' : 'key is gone', stdout: '', stderr: '' });
  };
  const lines: string[] = [];
  const write = (text: string) => void lines.push(text);
  const journal = {
    say: write,
    detail: write,
    warn: write,
    record: () => undefined,
    lines: () => [],
  };
  await resumeSuspended({ ...snapshot, devices }, startBudget(0), run, journal);
  expect(resumed.toSorted()).toEqual(suspended.toSorted());
  expect(resumed.indexOf('vg-below')).toBeLessThan(resumed.indexOf('vg-top'));
  expect(lines).toContain('resume crypt: key is gone');
});
