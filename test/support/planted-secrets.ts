/** What a user of a Debian guest leaves in memory, made in the guest and known to the test. */
import type { DebianMachine } from './debian-machine.ts';
import type { Secrets } from './guest-memory.ts';

/** Random bytes in the page cache of root, in tmpfs mounts and in a process; and the volume's key. */
export async function plantSecrets(debian: DebianMachine): Promise<Secrets> {
  const markers: Record<string, Uint8Array> = {};
  for (const [name, path] of Object.entries(files)) {
    const script = `head -c ${8 << 20} /dev/urandom >${path} && sync && cat ${path} >$data`;
    markers[name] = await debian.collect(script);
  }
  markers['process'] = await debian.collect(holder);
  return { keys: [debian.volumeKey], markers };
}

const files = {
  'page cache of root': '/root/marker',
  tmpfs: '/dev/shm/marker',
  '/tmp': '/tmp/marker',
};

const holder = `cat >/run/holder.pl <<'END'
open my $random, '<', '/dev/urandom';
sysread $random, $_, 1 << 20 and $secret .= $_ for 1 .. 4;
open my $data, '>', $ARGV[0];
for (my $at = 0; $at < length $secret; ) { $at += syswrite $data, $secret, 1 << 16, $at }
close $data;
open my $done, '>', '/run/holder.done';
close $done;
sleep 3600;
END
systemd-run --quiet --unit=holder perl /run/holder.pl $data
while [ ! -e /run/holder.done ]; do sleep 0.2; done`;
