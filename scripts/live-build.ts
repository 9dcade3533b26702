#!/usr/bin/env node
/**
 * A live system made by live-build with our hook, from its configuration to its power-off: what is in
 * the image, that the exitrd is filled at boot, and what memory holds of the overlay's branch before
 * and after.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Failure } from '../src/failure.ts';
import { exitrdReport } from '../test/support/exitrd-report.ts';
import { searchMemory } from '../test/support/guest-memory.ts';
import { connectShell } from '../test/support/guest-shell.ts';
import { makeLiveBuildImage, type LiveBuildImage } from '../test/support/live-build-image.ts';
import { scratchDirectory } from '../test/support/scratch-directory.ts';
import { startVirtualMachine } from '../test/support/virtual-machine.ts';

const markerMib = 8;
/** It asks first which disks there are, which is slow where the processor is emulated. */
const waitForWatch = 'until dmesg | grep "shutdownramfs: .* medium"; do sleep 1; done';
const options = process.argv.slice(2);

await using scratch = await scratchDirectory();
say(`lb config, shutdownramfs live-build ${options.join(' ')}, lb build`);
const image = await makeLiveBuildImage(scratch.path, options);
checkContents(image);
await checkShutdown(image, scratch.path);

/** Only the installation is there, and nothing that was for building alone. */
function checkContents({ files, packages }: LiveBuildImage): void {
  const ours = files.filter((path) => path.includes('shutdownramfs'));
  const outside = ours.filter((path) => !path.startsWith('/usr/lib/shutdownramfs'));
  say(`${ours.length} paths of ours in the squashfs; outside /usr/lib/shutdownramfs:`);
  for (const path of outside) say(`  ${path}`);
  demand(
    'the hook is installed',
    ours.some((path) => path.endsWith('system-shutdown/shutdownramfs.shutdown')),
  );
  demand('no copy of the executable', !ours.some((path) => path.endsWith('bin/shutdownramfs')));
  demand('no hook of live-build', !ours.some((path) => path.endsWith('.hook.chroot')));
  demand('busybox-static stays', packages.includes('busybox-static'));
  demand('squashfs-tools is gone', !packages.includes('squashfs-tools'));
}

async function checkShutdown(image: LiveBuildImage, directory: string): Promise<void> {
  const socket = join(directory, 'shell');
  const data = join(directory, 'data');
  await using machine = await startVirtualMachine({
    kernel: image.kernel,
    initrd: image.initrd,
    commandLine: 'boot=live init_on_free=1 norandmaps panic=0 loglevel=6',
    memoryMib: 1024,
    disks: [{ path: image.iso, format: 'raw', serial: 'medium', writes: 'refused' }],
    ports: [
      { kind: 'socket', name: 'shell', path: socket },
      { kind: 'file', name: 'data', path: data },
    ],
  });
  const shell = connectShell(socket);
  await shell.run('systemctl is-system-running --wait || true', 300);
  say(`up after ${machine.age().toFixed(0)} s`);
  if (!options.includes('--no-watch-medium')) {
    const said = (await shell.run(waitForWatch, 240)).trim();
    say(said);
    demand('the medium is watched', said.endsWith('watching the medium: vda'));
  }
  say((await shell.run('findmnt -no FSTYPE,OPTIONS /; systemctl is-active shutdownramfs')).trim());
  await shell.run('test -x /run/initramfs/shutdown');
  say(`held: ${(await shell.run('df --output=used,target -k /run/initramfs')).trim()}`);
  await shell.run(
    `head -c ${markerMib}M /dev/urandom >/root/marker && cat /root/marker >/dev/virtio-ports/data`,
  );
  const markers = { 'branch of the overlay': await readFile(data) };
  const found = async () => {
    const [marker] = (await searchMemory(machine.memoryFile, { keys: [], markers })).markers;
    if (marker === undefined) throw new Failure('search memory: it counted no marker');
    return marker.found / marker.pieces;
  };
  const before = await found();
  say(`in memory before, of ${markerMib} MiB in the branch: ${before}`);
  demand('the branch is found while the machine runs', before > 0.99);
  shell.begin('systemctl poweroff');
  const { reason, seconds } = await machine.waitForEnd(240);
  shell.close();
  const report = exitrdReport(machine.console.lines().join('\n'));
  say(`${reason} at ${seconds.toFixed(0)} s; ${JSON.stringify(report)}`);
  demand('the machine switched itself off', reason === 'guest-shutdown');
  demand('the report is clean', report.clean);
  demand('nothing of the branch is left in memory', (await found()) === 0);
}

function demand(what: string, holds: boolean): void {
  if (!holds) throw new Failure(`check live image: not so: ${what}`);
  say(`ok: ${what}`);
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
