/**
 * Our exitrd on the ways in which live systems and containers put a root together: all of it goes, and what was in
 * the branch, in the squashfs, on the medium, on the persistent volume and in /run is in memory no more.
 */
import { describe, expect, test } from 'vitest';
import { expectCleanDisks } from '../support/clean-disks.ts';
import { exitrdReport } from '../support/exitrd-report.ts';
import { ourExitrd } from '../support/our-exitrd.ts';
import { abruptExitrd } from '../support/peer-exitrd.ts';
import { secretLines } from '../support/secret-lines.ts';
import { emptyDisks, startShortMachine } from '../support/short-machine.ts';
import { runShutdown } from '../support/shutdown-run.ts';

const memoryMib = 1024;

interface Stack {
  readonly keys: number;
  readonly secrets: readonly string[];
  /** Where no path leads to. */
  readonly hidden?: readonly string[];
}

/** What guest/stack puts where, beside the known data of file systems on the disks. */
const stacks: Readonly<Record<string, Stack>> = {
  live: { keys: 1, secrets: ['filesystem', 'branch', 'run-file', 'user-file', 'persistent-file'] },
  persistence: { keys: 1, secrets: ['filesystem', 'branch', 'run-file'] },
  casper: {
    keys: 0,
    secrets: ['minimal', 'standard', 'branch', 'run-file'],
    hidden: ['/cow', '/standard.squashfs'],
  },
  'casper-persistence': {
    keys: 1,
    secrets: ['minimal', 'standard', 'branch', 'run-file'],
    hidden: ['/cow', '/standard.squashfs'],
  },
  dmsquash: { keys: 0, secrets: ['filesystem', 'branch', 'run-file'] },
  'dmsquash-overlay': { keys: 0, secrets: ['filesystem', 'branch', 'run-file'] },
  toram: { keys: 0, secrets: ['filesystem', 'branch', 'run-file'] },
  nested: { keys: 1, secrets: ['filesystem', 'module', 'branch', 'run-file', 'container-file'] },
};

function markersOf(names: readonly string[]): Readonly<Record<string, Uint8Array>> {
  return Object.fromEntries(names.map((name) => [name, secretLines(name)]));
}

describe.each(Object.entries(stacks))('%s', (stack, { keys, secrets, hidden = [] }) => {
  test('goes down clean', async () => {
    await using exitrd = await ourExitrd();
    await using machine = await runShutdown({ stack, exitrd: exitrd.archive, memoryMib });
    expect(machine.reason).toBe('guest-shutdown');
    for (const target of hidden) {
      expect(machine.log).toMatch(`unmount ${target}, hidden below the root`);
    }
    expect(exitrdReport(machine.log)).toMatchObject({
      clean: true,
      left: [],
      wiped: [],
      keysRemaining: [],
      memoryKept: [],
      closed: { length: keys },
      ...(hidden.length === 0 && { rounds: 1 }),
    });
    expectCleanDisks(machine);
    expect(machine.keys).toHaveLength(keys);
    const found = await machine.searchMemory(markersOf(secrets));
    expect(found.keys).toEqual([]);
    expect(found.markers.map(({ marker, found: pieces }) => [marker, pieces])).toEqual(
      ['file system', ...secrets].map((name) => [name, 0]),
    );
  });
});

test('a medium that must not be moved is detached where it is, and all goes nevertheless', async () => {
  const { keys, secrets } = stacks['live']!;
  await using exitrd = await ourExitrd({}, '[mounts]\nnever-move = ["/run/live/medium"]\n');
  await using machine = await runShutdown({ stack: 'live', exitrd: exitrd.archive, memoryMib });
  expect(machine.log).toMatch(/shutdownramfs: move-mount \/oldroot\/run\/live\/rootfs/);
  expect(machine.log).not.toMatch(/move-mount \/oldroot\/run(\/live\/medium)?\r?$/m);
  expect(exitrdReport(machine.log)).toMatchObject({ clean: true, closed: { length: keys } });
  expectCleanDisks(machine);
  const { markers } = await machine.searchMemory(markersOf(secrets));
  for (const { found } of markers) expect(found).toBe(0);
});

test('below a root that was taken off, tools start still, and the machine ends without the executable', async () => {
  await using exitrd = await ourExitrd();
  await using disks = await emptyDisks();
  const commandLine = 'shutdownramfs.debug=shell';
  const options = { stack: 'casper', disks, exitrd: exitrd.archive, memoryMib, commandLine };
  await using machine = await startShortMachine(options);
  await machine.console.waitForLine(/a shell, as asked for/, 120);
  machine.type('dmsetup version >/dev/null && echo it-$((6*7)); kill -KILL $PPID\n');
  await machine.console.waitForLine(/^it-42/, 60);
  expect(await machine.waitForEnd(120)).toMatchObject({ reason: 'guest-shutdown' });
});

test.each(['live', 'casper'])('without us all of it stays on %s', async (stack) => {
  const { secrets = [] } = stacks[stack] ?? {};
  await using machine = await runShutdown({ stack, exitrd: await abruptExitrd(), memoryMib });
  const { markers } = await machine.searchMemory(markersOf(secrets));
  expect(markers.map(({ marker }) => marker)).toEqual(['file system', ...secrets]);
  for (const { found, pieces } of markers) expect(found).toBe(pieces);
});
