/** How large an exitrd is. */
import { execa } from 'execa';

/** Bytes of a tmpfs that holds it, whole pages and all. */
export async function unpackedBytes(archive: string): Promise<number> {
  const script = [
    'mount -t tmpfs -o size=1g tmpfs /mnt',
    'cpio -idmu --quiet -D /mnt <"$0"',
    'df --block-size=1 --output=used /mnt',
  ].join(' && ');
  const { stdout } = await execa('unshare', ['--mount', 'sh', '-c', script, archive]);
  return Number(stdout.split('\n').at(-1));
}

/** Bytes of the archive after `zstd -19`. */
export async function packedBytes(archive: string): Promise<number> {
  const { stdout } = await execa('zstd', ['-19', '-T0', '-q', '-c', archive]).pipe('wc', ['-c']);
  return Number(stdout);
}
