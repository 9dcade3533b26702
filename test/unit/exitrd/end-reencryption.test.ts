import { describe, expect, test } from 'vitest';
import { startBudget } from '../../../src/exitrd/budget.ts';
import { belongsToReencryption, endReencryption } from '../../../src/exitrd/end-reencryption.ts';
import type { Run } from '../../../src/exitrd/execute-plan.ts';
import type { Snapshot } from '../../../src/snapshot/snapshot.ts';
import { machine } from '../../support/machine.ts';

/** As libcryptsetup makes them for a volume `a-hotzone-b`; the names of those that are suspended. */
function reencrypted(suspended: readonly string[]): Snapshot {
  const m = machine();
  const disk = m.disk('vda');
  for (const name of ['a-hotzone-b-overlay', 'a-hotzone-b-hotzone-forward']) m.volume(name, [disk]);
  const snapshot = m.snapshot();
  const devices = snapshot.devices.map((device) => ({
    ...device,
    ...(device.dm !== undefined && {
      dm: {
        ...device.dm,
        uuid: `CRYPT-SUBDEV-0123-${device.dm.name}`,
        suspended: suspended.includes(device.dm.name),
      },
    }),
  }));
  return { ...snapshot, devices };
}

async function end(snapshot: Snapshot, failing?: string) {
  const calls: string[] = [];
  const run: Run = (command) => {
    const call = `${command[1]} ${command.at(-1)}`;
    calls.push(call);
    const ok = call !== failing;
    return Promise.resolve({ ok, reason: ok ? '' : 'ENXIO', stdout: '', stderr: '' });
  };
  const warnings: string[] = [];
  const journal = {
    say: () => undefined,
    detail: () => undefined,
    warn: (text: string) => void warnings.push(text),
    record: () => undefined,
    lines: () => [],
  };
  const look = () => Promise.resolve(snapshot);
  const { lost } = await endReencryption(snapshot, look, startBudget(0), run, journal);
  return { calls, lost, warnings };
}

const overlay = 'a-hotzone-b-overlay';
const hotzone = 'a-hotzone-b-hotzone-forward';

describe('a volume that is being reencrypted', () => {
  test('nothing is touched where nothing is suspended', async () => {
    expect(await end(reencrypted([]))).toEqual({ calls: [], lost: [], warnings: [] });
  });

  test('what waits at a part that is half rewritten fails', async () => {
    const { calls, lost } = await end(reencrypted([hotzone]));
    expect(calls).toEqual([`wipe_table ${hotzone}`]);
    expect(lost).toEqual(['a-hotzone-b: who reencrypted it was killed in the middle']);
  });

  test('before anything was rewritten all goes on as it was', async () => {
    const { calls, lost } = await end(reencrypted([overlay, hotzone]));
    expect(calls).toEqual([`clear ${overlay}`, `resume ${hotzone}`, `resume ${overlay}`]);
    expect(lost).toEqual([]);
    expect((await end(reencrypted([overlay]))).calls).toEqual([
      `clear ${overlay}`,
      `resume ${overlay}`,
    ]);
  });

  test('nothing is resumed whose new table stays', async () => {
    const { calls, warnings } = await end(reencrypted([overlay, hotzone]), `clear ${overlay}`);
    expect(calls).toEqual([`clear ${overlay}`]);
    expect(warnings).toEqual([`clear ${overlay}: ENXIO`]);
  });
});

test.each([
  ['CRYPT-SUBDEV-0123-a-overlay', 'a-overlay', true],
  ['CRYPT-SUBDEV-0123-a-hotzone-backward', 'a-hotzone-backward', true],
  ['CRYPT-SUBDEV-0123-a_dif', 'a_dif', false],
  ['CRYPT-LUKS2-0123-a-overlay', 'a-overlay', false],
  ['LVM-0123', 'a-hotzone-forward', false],
])('%s, %s: %s', (uuid, name, expected) => {
  expect(belongsToReencryption({ name, uuid, suspended: true, targets: [] })).toBe(expected);
});
