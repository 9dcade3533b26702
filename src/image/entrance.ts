/** How a program of an unpacked image is started in it, by this machine or by an emulator. */
import { execa } from 'execa';

/** A first start on a cold and busy machine is slow, more so in an emulator; none needs as long. */
const startDeadline = 180_000;

/** Starts a program of the image with its words and its whole environment, and waits for its end. */
export type Entrance = (
  program: readonly string[],
  environment: readonly string[],
) => ReturnType<typeof start>;

type CommandLine = (...words: Parameters<Entrance>) => readonly string[];

/** Namespaces of its own: one of users needs no rights; where there is none, root has them. */
const namespaces = [['--user', '--map-root-user', '--mount'], ['--mount']];

/**
 * `machine` is `native`, or the name of another; undefined where its programs cannot be started. When
 * `signal` aborts, what was started is killed.
 */
export async function findEntrance(
  directory: string,
  machine: string,
  signal?: AbortSignal,
): Promise<Entrance | undefined> {
  const enter = machine === 'native' ? enterNative(directory) : enterEmulator(directory, machine);
  for (const namespace of namespaces) {
    const entrance: Entrance = async (...program) =>
      await start([...namespace, ...enter(...program)], signal);
    // In a tree that is being built there may be no /proc to lend.
    const { failed } = await entrance(['/guard/busybox', 'test', '-r', '/proc/self/mounts'], []);
    if (!failed) return entrance;
  }
  return undefined;
}

async function start(words: readonly string[], signal: AbortSignal | undefined) {
  return await execa('unshare', words, {
    reject: false,
    all: true,
    stdin: 'ignore',
    timeout: startDeadline,
    killSignal: 'SIGKILL',
    ...(signal !== undefined && { cancelSignal: signal }),
  });
}

/**
 * A change of root with the host's /proc in it (lvm asks it for the kernel's device types), seen by
 * the started program alone.
 */
function enterNative(directory: string): CommandLine {
  const script =
    'busybox=$1; shift; "$busybox" mount -o rbind /proc "$0/proc" && exec "$busybox" chroot "$0" "$@"';
  const shell = `${directory}/guard/busybox`;
  const enter = [shell, 'sh', '-c', script, directory, shell];
  // The variables are for the program alone: env(1) of the image sets them after the change of root.
  return (program, environment) => [
    ...enter,
    '/guard/busybox',
    'env',
    '-i',
    ...environment,
    ...program,
  ];
}

/** The same with the host's tools, and a static qemu-user that is lent to the image. */
function enterEmulator(directory: string, machine: string): CommandLine {
  const script = `PATH=$PATH:/usr/sbin:/sbin
emulator=$(command -v "$1") && chroot=$(command -v chroot) && shift &&
mount -t tmpfs tmpfs "$0/tmp" && : >"$0/tmp/emulator" && mount --bind "$emulator" "$0/tmp/emulator" &&
mount --rbind /proc "$0/proc" && exec env -i "$chroot" "$0" /tmp/emulator "$@"`;
  const enter = ['sh', '-c', script, directory, `qemu-${machine}-static`];
  // The emulator sets the variables, and none of the tools before it sees them.
  return (program, environment) => [
    ...enter,
    ...environment.flatMap((variable) => ['-E', variable]),
    ...program,
  ];
}
