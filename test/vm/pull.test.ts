/**
 * The stick of a Debian live system, with an open LUKS volume on it, pulled out: the machine ends itself,
 * and nothing of what its user had is left in its memory.
 */
import { beforeAll, expect, test } from 'vitest';
import { exitrdReport } from '../support/exitrd-report.ts';
import { remains } from '../support/guest-memory.ts';
import { installedPayload } from '../support/installed-payload.ts';
import { startLive } from '../support/live-machine.ts';
import { liveRoot, type LiveRoot } from '../support/live-root.ts';
import { livePlaces, plantLiveSecrets } from '../support/live-secrets.ts';
import { liveStick, stickWithLayer, type LiveStick } from '../support/live-stick.ts';
import { scratchDirectory } from '../support/scratch-directory.ts';
import { businesses, pullStick, waitForWatcher, type Business } from '../support/stick-pull.ts';

let root: LiveRoot;
let stick: LiveStick;
beforeAll(async () => {
  root = await liveRoot();
  const directory = await scratchDirectory();
  const payload = await installedPayload(directory.path, root.tarball, ['--watch-medium']);
  stick = await stickWithLayer(await liveStick(root), directory.path, payload);
  return async () => {
    await directory[Symbol.asyncDispose]();
  };
});

const nowhere = { key: 0, ...Object.fromEntries(livePlaces.map((place) => [place, 0])) };

test.each(['idle', 'writing'] satisfies readonly Business[])(
  'the stick pulled while %s, the machine ends itself and leaves nothing',
  async (business) => {
    await using live = await startLive({ root, stick });
    await live.waitForSystem();
    await waitForWatcher(live);
    const secrets = await plantLiveSecrets(live, root);
    await live.shell.run('echo 8 >/proc/sys/kernel/printk');
    const before = await remains(live.machine, secrets);
    expect(livePlaces.filter((place) => (before[place] ?? 0) < 0.98)).toStrictEqual([]);
    expect(before['key']).toBeGreaterThan(0);
    await live.shell.run(businesses[business]);
    const { reason, seconds } = await pullStick(live, 240);
    expect(reason).toBe('guest-shutdown');
    expect(seconds).toBeLessThan(30);
    expect(exitrdReport(live.machine.console.lines().join('\n'))).toMatchObject({
      keysRemaining: [],
      memoryKept: [],
    });
    expect(await remains(live.machine, secrets)).toStrictEqual(nowhere);
  },
);
