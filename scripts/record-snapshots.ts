#!/usr/bin/env node
/**
 * Records what our exitrd finds on each of the tests' stacks, in machines of their own, as fixtures for
 * the planner: test/fixtures/snapshot/machine-NAME.json. Words: the stacks to record, default all.
 */
import { chmod, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { packArchive } from '../test/support/cpio-archive.ts';
import { executable } from '../test/support/our-exitrd.ts';
import { scratchDirectory } from '../test/support/scratch-directory.ts';
import { emptyDisks, startShortMachine } from '../test/support/short-machine.ts';

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
};

/** In the guard's place: the snapshot goes out as the machine's known data, then all takes its course. */
const recorder = `#!/guard/busybox sh
for port in /sys/class/virtio-ports/*; do
  read -r name <"$port/name"
  if [ "$name" = known ]; then /usr/bin/shutdownramfs snapshot >"/dev/\${port##*/}"; fi
done
exec /guarded "$@"
`;

const fixtures = join(import.meta.dirname, '../test/fixtures/snapshot');
const stacks = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(names);
await using directory = await scratchDirectory();
const tree = join(directory.path, 'tree');
await execa(executable, ['build', '--format', 'directory', '--output', tree]);
await rename(join(tree, 'shutdown'), join(tree, 'guarded'));
await writeFile(join(tree, 'shutdown'), recorder);
await chmod(join(tree, 'shutdown'), 0o755);
const exitrd = join(directory.path, 'exitrd.cpio');
await packArchive(tree, exitrd);

for (const stack of stacks) {
  await using disks = await emptyDisks();
  await using machine = await startShortMachine({ stack, disks, exitrd, memoryMib: 1024 });
  await machine.waitForEnd(180);
  await machine.quit();
  const file = join(fixtures, `machine-${names[stack] ?? stack}.json`);
  await execa('cp', [join(disks.directory, 'known'), file]);
  process.stdout.write(`${file}\n`);
}
