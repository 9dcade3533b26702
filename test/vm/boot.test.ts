/**
 * A kernel unpacks our images itself, whatever they are compressed with, and every packed program
 * starts in what comes of it. One machine shows all: archives one behind the other are one initramfs.
 */
import { mkdir, open, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { compressions, type Compression } from '../../src/archive/image-format.ts';
import type { ImageManifest } from '../../src/image/image-manifest.ts';
import { runBuild } from '../../src/image/run-build.ts';
import { packArchive } from '../support/cpio-archive.ts';
import { exitrdReport } from '../support/exitrd-report.ts';
import { guestKernel } from '../support/guest-kernel.ts';
import { allStart, programProbes } from '../support/program-probes.ts';
import { scratchDirectory, type ScratchDirectory } from '../support/scratch-directory.ts';
import { startVirtualMachine } from '../support/virtual-machine.ts';

/** Files of this machine, each of which one image brings and no other. */
const marks = ['/etc/debian_version', '/etc/issue', '/etc/issue.net', '/etc/host.conf'];

let place: ScratchDirectory;
beforeAll(async () => {
  place = await scratchDirectory();
  return async () => {
    await place[Symbol.asyncDispose]();
  };
});

async function build(compress: Compression, config: string, executable?: string) {
  const output = join(place.path, compress);
  await writeFile(`${output}.toml`, config);
  const { manifest } = await runBuild({
    output,
    root: '/',
    format: 'cpio',
    compress,
    config: [`${output}.toml`],
    ...(executable !== undefined && { executable }),
  });
  return { output, manifest };
}

/** PID 1 of the machine, beside the image's own files. */
const init = (probes: string) => `#!/guard/busybox sh
bb=/guard/busybox
$bb mount -t proc proc /proc
$bb mount -t sysfs sysfs /sys
$bb mount -t devtmpfs devtmpfs /dev
echo 7 >/proc/sys/kernel/printk
$bb sha256sum -c /sums >/differences 2>&1
echo "files: $?"
$bb grep -v ': OK$' /differences
${probes}
exec /shutdown poweroff </dev/console >/dev/console 2>&1
`;

const sumsOf = ({ files }: ImageManifest) =>
  files.map(({ path, sha256 }) => `${sha256}  ${path}\n`);

test('the kernel unpacks each kind of archive, and every program starts', async () => {
  const image = join(place.path, 'initramfs');
  const sums: string[] = [];
  const archives: string[] = [];
  for (const [index, compress] of compressions.filter((name) => name !== 'zstd').entries()) {
    const mark = marks[index];
    // The executable comes with the last one; a small program takes its place in the others.
    const config = `[image]\nfeatures = ["base"]\nfiles = ["${mark}"]\n`;
    const { output, manifest } = await build(compress, config, '/usr/sbin/dmsetup');
    archives.push(output);
    sums.push(...sumsOf(manifest).filter((line) => line.endsWith(` ${mark}\n`)));
  }
  const whole = await build('zstd', '');
  const { script, outcomes } = programProbes(whole.manifest, '/');
  const root = join(place.path, 'init');
  await mkdir(root);
  await writeFile(join(root, 'init'), init(script), { mode: 0o755 });
  await writeFile(join(root, 'sums'), [...sums, ...sumsOf(whole.manifest)].join(''));
  await packArchive(root, `${root}.cpio`);
  await concatenate([...archives, whole.output, `${root}.cpio`], image);

  await using machine = await startVirtualMachine({
    kernel: (await guestKernel()).image,
    initrd: image,
    commandLine: 'quiet norandmaps panic=0',
    memoryMib: 1024,
  });
  expect((await machine.waitForEnd(180)).reason).toBe('guest-shutdown');
  const log = machine.console.lines().join('\n');
  expect(sums).toHaveLength(compressions.length - 1);
  expect(log).not.toMatch(/unpacking failed/i);
  expect(log).toMatch(/^files: 0$/m);
  expect(outcomes(log)).toStrictEqual(allStart(whole.manifest));
  expect(exitrdReport(log)).toMatchObject({ verb: 'poweroff', clean: true, left: [] });
});

/**
 * An archive that is not compressed must begin at a multiple of four (init/initramfs.c), and nothing but
 * zeros tells where one of lz4's old format ends (lib/decompress_unlz4.c).
 */
async function concatenate(archives: readonly string[], output: string): Promise<void> {
  await using file = await open(output, 'w');
  for (const archive of archives) {
    const bytes = await readFile(archive);
    await file.write(bytes);
    await file.write(Buffer.alloc((-bytes.length & 3) + 8));
  }
}
