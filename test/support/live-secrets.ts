/** What a user of a live system leaves in memory, made in the guest and known to the test. */
import { readFile } from 'node:fs/promises';
import type { Secrets } from './guest-memory.ts';
import type { LiveMachine } from './live-machine.ts';
import type { LiveRoot } from './live-root.ts';

/** Opens the persistence volume and leaves random bytes wherever a user would. */
export async function plantLiveSecrets(live: LiveMachine, root: LiveRoot): Promise<Secrets> {
  await live.shell.run(openPersistence(live.persistence), 120);
  const markers: Record<string, Uint8Array> = { squashfs: await readFile(root.marker) };
  for (const [name, path] of Object.entries(files)) {
    const script = `head -c ${4 << 20} /dev/urandom >${path} && sync && cat ${path} >$data`;
    markers[name] = await live.collect(script);
  }
  markers['heap'] = await live.collect(holder);
  await live.shell.run('cat /usr/share/marker >/dev/null');
  return { keys: [live.volumeKey], markers };
}

/** The names of the markers. */
export const livePlaces = ['squashfs', 'branch of the overlay', 'persistence', '/tmp', 'heap'];

/** As Tails does: what persists is mounted over places of the root. */
const openPersistence = (device: string) => `mkdir -p /live/persistence &&
printf %s 'correct horse battery staple' |
  cryptsetup open --key-file - ${device} persistence &&
mount /dev/mapper/persistence /live/persistence &&
mkdir -p /live/persistence/home /home/user/Persistent &&
mount --bind /live/persistence/home /home/user/Persistent`;

const files = {
  'branch of the overlay': '/home/user/marker',
  persistence: '/home/user/Persistent/marker',
  '/tmp': '/tmp/marker',
};

/** A process of the user that keeps a file of the persistence volume open. */
const holder = `cat >/run/holder.pl <<'END'
open my $random, '<', '/dev/urandom';
sysread $random, $_, 1 << 20 and $secret .= $_ for 1 .. 4;
open my $data, '>', $ARGV[0] or die;
for (my $at = 0; $at < length $secret; ) { $at += syswrite $data, $secret, 1 << 16, $at }
close $data;
open my $kept, '>>', '/home/user/Persistent/marker' or die;
open my $done, '>', '/tmp/holder.done';
close $done;
sleep 3600;
END
chmod 666 $data
chown -R 1000 /home/user/Persistent
systemd-run --quiet --unit=holder --uid=1000 perl /run/holder.pl $data
while [ ! -e /tmp/holder.done ]; do sleep 0.2; done`;
