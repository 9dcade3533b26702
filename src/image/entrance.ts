/** How a program of an unpacked image is started in it, by this machine or by an emulator. */
import { execa } from 'execa';

/** A first start on a cold and busy machine is slow; none needs nearly as long. */
export const startDeadline = 60_000;

/** Makes a command line of a program of the image, its words and its whole environment. */
export type Entrance = (
  program: readonly string[],
  environment: readonly string[],
) => readonly [command: string, ...words: string[]];

/** Namespaces of its own: one of users needs no rights; where there is none, root has them. */
const namespaces = [
  ['unshare', '--user', '--map-root-user', '--mount'],
  ['unshare', '--mount'],
] as const;

/** `machine` is `native`, or the name of another; undefined where its programs cannot be started. */
export async function findEntrance(
  directory: string,
  machine: string,
): Promise<Entrance | undefined> {
  return await (machine === 'native' ? findNative(directory) : findEmulator(directory, machine));
}

/**
 * A change of root with the host's /proc in it (lvm asks it for the kernel's device types), seen by
 * the started program alone.
 */
async function findNative(directory: string): Promise<Entrance | undefined> {
  const script =
    'busybox=$1; shift; "$busybox" mount -o rbind /proc "$0/proc" && exec "$busybox" chroot "$0" "$@"';
  const shell = `${directory}/guard/busybox`;
  const enter = [shell, 'sh', '-c', script, directory, shell];
  // The variables are for the program alone: env(1) of the image sets them after the change of root.
  return await firstThatWorks((program, environment) => [
    ...enter,
    '/guard/busybox',
    'env',
    '-i',
    ...environment,
    ...program,
  ]);
}

/** The same with the host's tools, and a static qemu-user that is lent to the image. */
async function findEmulator(directory: string, machine: string): Promise<Entrance | undefined> {
  const script = `PATH=$PATH:/usr/sbin:/sbin
emulator=$(command -v "$1") && chroot=$(command -v chroot) && shift &&
mount -t tmpfs tmpfs "$0/tmp" && : >"$0/tmp/emulator" && mount --bind "$emulator" "$0/tmp/emulator" &&
mount --rbind /proc "$0/proc" && exec env -i "$chroot" "$0" /tmp/emulator "$@"`;
  const enter = ['sh', '-c', script, directory, `qemu-${machine}-static`];
  // The emulator sets the variables, and none of the tools before it sees them.
  return await firstThatWorks((program, environment) => [
    ...enter,
    ...environment.flatMap((variable) => ['-E', variable]),
    ...program,
  ]);
}

async function firstThatWorks(
  enter: (...words: Parameters<Entrance>) => readonly string[],
): Promise<Entrance | undefined> {
  for (const [unshare, ...options] of namespaces) {
    const entrance: Entrance = (program, environment) => [
      unshare,
      ...options,
      ...enter(program, environment),
    ];
    // In a tree that is being built there may be no /proc to lend.
    const [command, ...words] = entrance(['/guard/busybox', 'test', '-r', '/proc/self/mounts'], []);
    const settings = { reject: false, stdin: 'ignore', timeout: startDeadline } as const;
    const { failed } = await execa(command, words, settings);
    if (!failed) return entrance;
  }
  return undefined;
}
