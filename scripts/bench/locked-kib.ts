/** How much memory memlockd locks by a configuration of a root, itself included. */
import { execa } from 'execa';
import { Failure } from '../../src/failure.ts';

/**
 * Runs the root's own memlockd in it until it locks no more. Throws when it complains, since a file
 * that it could not find costs nothing.
 */
export async function lockedKib(root: string, config: string): Promise<number> {
  const script = `
    mount -t proc proc "$0/proc"
    mount --bind /dev "$0/dev"
    exec chroot "$0" /bin/sh -c "$1" "$2"`;
  const namespaces = ['--mount', '--pid', '--fork', '--kill-child'];
  const words = [...namespaces, 'sh', '-e', '-c', script, root, watch, config];
  const { stdout, stderr } = await execa('unshare', words);
  if (/error|can't|no such/i.test(stderr)) {
    throw new Failure(`lock files of ${config} in ${root}: ${stderr}`);
  }
  return Number(stdout);
}

/**
 * $0 is the configuration. The user is that of Debian's unit; without one libraries are not looked up.
 * That is done one after the other and takes its time.
 */
const watch = `
memlockd -d -u memlockd -c "$0" &
locker=$!
last=-1
same=0
while [ "$same" -lt 10 ]; do
  sleep 0.3
  now=$(sed -n 's/^VmLck:[^0-9]*\\([0-9]*\\) kB/\\1/p' "/proc/$locker/status")
  if [ "$now" = "$last" ]; then same=$((same + 1)); else same=0; fi
  last=$now
done
echo "$now"`;
