/** Runs our executable's `build` as a user who owns nothing and may read only what all may. */
import { execa } from 'execa';
import type { BuildReport } from '../../src/image/run-build.ts';
import { executable } from './our-exitrd.ts';

/** All is lent to it in a mount namespace: a cache or a checkout may be where nobody else can go. */
const lend = `
root=$1 executable=$2; shift 2
mount --make-rprivate /
mount -t tmpfs -o mode=755 tmpfs /mnt
cd /mnt
mkdir root out
: >shutdownramfs
mount --bind "$root" root
mount --bind "$executable" shutdownramfs
chown 65534:65534 out
umask 077
export TMPDIR=/mnt/out
exec setpriv --reuid 65534 --regid 65534 --clear-groups --no-new-privs \\
  /mnt/shutdownramfs build --root /mnt/root --compress none --config /dev/null --json "$@"`;

/** Of directories it may write to /mnt/out alone. */
export async function buildAsNobody(
  root: string,
  features: readonly string[] = ['default'],
  output = '/mnt/out/image',
): Promise<BuildReport> {
  const words = [root, executable, '--output', output, `--feature=${features.join(',')}`];
  const shell = ['--mount', 'sh', '-e', '-c', lend, 'sh', ...words];
  const { stdout } = await execa('unshare', shell);
  return JSON.parse(stdout) as BuildReport;
}
