/** The exitrds that are compared, all of the same Debian's programs, each as an uncompressed archive. */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { compressUsr } from '../../src/install/compress-usr.ts';
import { packArchive } from '../../test/support/cpio-archive.ts';
import { buildDracutExitrd, dracutRoot } from '../../test/support/dracut-exitrd.ts';
import { systemdExitrd } from '../../test/support/peer-exitrd.ts';

/** `ours` as `install` lays it out, /usr as one squashfs; `plain` the same in plain files. */
export const exitrdNames = ['ours', 'plain', 'dracut', 'systemd'] as const;
export type ExitrdName = (typeof exitrdNames)[number];

export interface Exitrd {
  readonly name: ExitrdName;
  /** An uncompressed cpio archive. */
  readonly archive: string;
  /** Bytes of what its project writes when asked for nothing special; absent when it writes none. */
  readonly shippedBytes?: number;
  /** Of each building of the uncompressed archive; none when nothing builds it. */
  readonly buildSeconds: readonly number[];
  /** Whether it lies in memory while the machine is up. */
  readonly resident: boolean;
  /** Whether it does its work in a PID namespace. */
  readonly worksInNamespace: boolean;
}

const executable = join(import.meta.dirname, '../../dist/shutdownramfs');

/** Builds each `rounds` times, turn by turn. */
export async function makeExitrds(work: string, rounds: number): Promise<readonly Exitrd[]> {
  const root = await dracutRoot();
  const paths = {
    ours: join(work, 'ours.cpio'),
    plain: join(work, 'plain.cpio'),
    dracut: join(work, 'dracut.cpio'),
  };
  const seconds = { plain: [] as number[], dracut: [] as number[] };
  for (let round = 0; round < rounds; round += 1) {
    seconds.plain.push(await buildOurs(root, paths.plain, ['--compress', 'none']));
    seconds.dracut.push(await buildDracutExitrd(root, paths.dracut, 'none'));
  }
  await packCompressed(root, work, paths.ours);
  await buildOurs(root, join(work, 'ours.shipped'), []);
  await buildDracutExitrd(root, join(work, 'dracut.shipped'), 'as shipped');
  const ours = {
    shippedBytes: (await stat(join(work, 'ours.shipped'))).size,
    buildSeconds: seconds.plain,
    resident: true,
    worksInNamespace: true,
  };
  return [
    { name: 'ours', archive: paths.ours, ...ours },
    { name: 'plain', archive: paths.plain, ...ours },
    {
      name: 'dracut',
      archive: paths.dracut,
      shippedBytes: (await stat(join(work, 'dracut.shipped'))).size,
      buildSeconds: seconds.dracut,
      resident: false,
      worksInNamespace: true,
    },
    {
      name: 'systemd',
      archive: await leanSystemd(work),
      buildSeconds: [],
      resident: true,
      // It takes a PID namespace for a container, in which it leaves all devices alone.
      worksInNamespace: false,
    },
  ];
}

async function buildOurs(root: string, output: string, more: readonly string[]): Promise<number> {
  const start = performance.now();
  await execa(executable, ['build', '--root', root, '--output', output, ...more]);
  return (performance.now() - start) / 1000;
}

/** The program with the libraries that its loader asks for: their packages bring much more. */
async function leanSystemd(work: string): Promise<string> {
  const [whole, lean] = [join(work, 'systemd-packages'), join(work, 'systemd')];
  const script = [
    'mkdir "$0" "$1" && cd "$0" && cpio -idm --quiet <"$2"',
    'mkdir -p "$1/usr/lib" "$1/usr/lib64" && cp -P lib lib64 "$1"',
    'for path in $(chroot . /lib64/ld-linux-x86-64.so.2 --list /shutdown | grep -o "/[^ ]*"); do',
    '  cp -L --parents "./$path" "$1"',
    'done',
    'cp -r --parents shutdown etc "$1"',
  ].join('\n');
  await execa('sh', ['-e', '-c', script, whole, lean, await systemdExitrd()]);
  await packArchive(lean, `${lean}.cpio`);
  return `${lean}.cpio`;
}

async function packCompressed(root: string, work: string, archive: string): Promise<void> {
  const tree = join(work, 'tree');
  await buildOurs(root, tree, ['--format', 'directory']);
  await compressUsr(tree, 0);
  await packArchive(tree, archive);
}
