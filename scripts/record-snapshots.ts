#!/usr/bin/env node
/**
 * Records what our exitrd finds on each of the tests' stacks, in machines of their own, and on a Debian live
 * system, as fixtures for the planner: test/fixtures/snapshot/machine-NAME.json. Words: what to record,
 * default all.
 */
import { chmod, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { packArchive } from '../test/support/cpio-archive.ts';
import { installedPayload } from '../test/support/installed-payload.ts';
import { startLive } from '../test/support/live-machine.ts';
import { liveRoot } from '../test/support/live-root.ts';
import { plantLiveSecrets } from '../test/support/live-secrets.ts';
import { liveStick, stickWithLayer } from '../test/support/live-stick.ts';
import { executable } from '../test/support/our-exitrd.ts';
import { scratchDirectory } from '../test/support/scratch-directory.ts';
import { emptyDisks, startShortMachine } from '../test/support/short-machine.ts';
import { waitForWatcher } from '../test/support/stick-pull.ts';

const names: Readonly<Record<string, string>> = {
  A: 'A-luks-lvm',
  B: 'B-md-luks-lvm',
  C: 'C-lvm-md-luks',
  D: 'D-md-lvm-md-luks',
  E: 'E-loop-on-itself',
  F: 'F-overlay-root',
  G: 'G-swap-on',
  H: 'H-container-file',
  I: 'I-lvm-on-luks-beside-luks-on-lvm',
  J: 'J-luks1-plain-integrity',
  live: 'live',
  persistence: 'live-persistence',
  casper: 'casper',
  dmsquash: 'dmsquash',
  'dmsquash-overlay': 'dmsquash-overlay',
  toram: 'live-toram',
  nested: 'nested-overlays',
  bcache: 'bcache',
  iscsi: 'iscsi',
  network: 'network',
};

/** In the guard's place: the snapshot goes out through a port, then all takes its course. */
const recorder = (portName: string) => `#!/guard/busybox sh
[ -e /usr/bin/shutdownramfs ] ||
  /guard/busybox mount -t squashfs -o loop,ro,nodev,nosuid /usr.squashfs /usr
for port in /sys/class/virtio-ports/*; do
  read -r name <"$port/name"
  if [ "$name" = ${portName} ]; then /usr/bin/shutdownramfs snapshot >"/dev/\${port##*/}"; fi
done
exec /guarded "$@"
`;

const fixtures = join(import.meta.dirname, '../test/fixtures/snapshot');
const liveSystems = ['debian-live', 'debian-live-pulled'];
const words = process.argv.slice(2);
const stacks = words.length > 0 ? words : [...Object.keys(names), ...liveSystems];
await using directory = await scratchDirectory();
const tree = join(directory.path, 'tree');
await execa(executable, ['build', '--format', 'directory', '--output', tree]);
await rename(join(tree, 'shutdown'), join(tree, 'guarded'));
await writeFile(join(tree, 'shutdown'), recorder('known'));
await chmod(join(tree, 'shutdown'), 0o755);
const exitrd = join(directory.path, 'exitrd.cpio');
await packArchive(tree, exitrd);

for (const stack of stacks) {
  const file = join(fixtures, `machine-${names[stack] ?? stack}.json`);
  if (liveSystems.includes(stack)) await recordLive(file, stack === 'debian-live-pulled');
  else await recordStack(stack, file);
  process.stdout.write(`${file}\n`);
}

async function recordStack(stack: string, file: string): Promise<void> {
  await using disks = await emptyDisks();
  await using machine = await startShortMachine({ stack, disks, exitrd, memoryMib: 1024 });
  await machine.waitForEnd(180);
  await machine.quit();
  await execa('cp', [join(disks.directory, 'known'), file]);
}

/** With the persistence volume open and in use; `pulled`: ended by itself, not by systemd. */
async function recordLive(file: string, pulled: boolean): Promise<void> {
  await using scratch = await scratchDirectory();
  const root = await liveRoot();
  const payload = await installedPayload(scratch.path, root.tarball, ['--watch-medium']);
  const stick = await stickWithLayer(await liveStick(root), scratch.path, payload);
  await using live = await startLive({ root, stick });
  await live.waitForSystem();
  await waitForWatcher(live);
  await plantLiveSecrets(live, root);
  await live.shell.run(
    `cd /run/initramfs && mv shutdown guarded && cat >shutdown <<'END'
${recorder('data')}END
chmod 755 shutdown`,
  );
  const { size } = await stat(live.data);
  if (pulled) await live.pull();
  else live.shell.begin('systemctl poweroff');
  await live.machine.waitForEnd(240);
  await live.machine.quit();
  await writeFile(file, (await readFile(live.data)).subarray(size));
}
