/**
 * A Debian live system on a stick (overlay of two squashfs and a tmpfs), with an open LUKS volume on that
 * stick, shut down by its own systemd: what its memory holds of what its user had there.
 */
import { beforeAll, expect, test } from 'vitest';
import { expectCleanDisks } from '../support/clean-disks.ts';
import { exitrdReport } from '../support/exitrd-report.ts';
import { remains } from '../support/guest-memory.ts';
import { installedPayload } from '../support/installed-payload.ts';
import { startLive, type LiveMachine } from '../support/live-machine.ts';
import { liveRoot, type LiveRoot } from '../support/live-root.ts';
import { livePlaces, plantLiveSecrets } from '../support/live-secrets.ts';
import { liveStick, stickWithLayer, type LiveStick } from '../support/live-stick.ts';
import { scratchDirectory } from '../support/scratch-directory.ts';
import { inspectDisks } from '../support/short-machine.ts';

let root: LiveRoot;
let without: LiveStick;
let stick: LiveStick;
beforeAll(async () => {
  root = await liveRoot();
  without = await liveStick(root);
  const directory = await scratchDirectory();
  const payload = await installedPayload(directory.path, root.tarball);
  stick = await stickWithLayer(without, directory.path, payload);
  return async () => {
    await directory[Symbol.asyncDispose]();
  };
});

const nowhere = { key: 0, ...Object.fromEntries(livePlaces.map((place) => [place, 0])) };

test('without an exitrd most of what was there stays in memory', async () => {
  await using live = await startLive({ root, stick: without, initOnFree: false });
  await live.waitForSystem();
  const secrets = await plantLiveSecrets(live, root);
  expectEverything(await remains(live.machine, secrets));
  live.shell.begin('systemctl poweroff');
  await live.machine.waitForEnd(240);
  const left = await remains(live.machine, secrets);
  // systemd can unmount that volume, and its page cache is the first that is used for something else.
  const kept = livePlaces.filter((place) => place !== 'persistence');
  expect(kept.filter((place) => (left[place] ?? 0) < 0.1)).toStrictEqual([]);
});

test.each([
  { title: 'the kernel zeroes what is freed', initOnFree: true, freed: 'zeroed', commandLine: '' },
  {
    title: 'the exitrd overwrites what is free',
    initOnFree: false,
    freed: 'kept',
    commandLine: 'shutdownramfs.overwrite=when-needed',
  },
])('power-off leaves nothing of it where $title', async (options) => {
  await using live = await startLive({ root, stick, ...options });
  await live.waitForSystem();
  const secrets = await plantLiveSecrets(live, root);
  expectEverything(await remains(live.machine, secrets));
  // The report is for the kernel log, of which the console shows only what matters more.
  await live.shell.run('echo 8 >/proc/sys/kernel/printk');
  live.shell.begin('systemctl poweroff');
  expect((await live.machine.waitForEnd(300)).reason).toBe('guest-shutdown');
  const report = exitrdReport(live.machine.console.lines().join('\n'));
  expect(report).toMatchObject({ clean: true, left: [], rounds: 1, freed: options.freed });
  expect(await remains(live.machine, secrets)).toStrictEqual(nowhere);
  await expectCleanStick(live);
});

function expectEverything(found: Readonly<Record<string, number>>): void {
  expect(found['key']).toBeGreaterThan(0);
  // A process' data need not begin with a page, where one of 64 pieces is torn.
  expect(livePlaces.filter((place) => (found[place] ?? 0) < 0.98)).toStrictEqual([]);
}

async function expectCleanStick(live: LiveMachine): Promise<void> {
  await live.machine.quit();
  expectCleanDisks(await inspectDisks('live-stick', live.disks));
}
