/**
 * What an installation holds in memory shuts a machine down from there; and where systemd will not
 * pivot, the hook alone closes or wipes what nothing mounted needs.
 */
import { chmod, copyFile, cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { packArchive } from '../support/cpio-archive.ts';
import { makeTree, type InstalledTree } from '../support/installed-tree.ts';
import { runShutdown } from '../support/shutdown-run.ts';

let tree: InstalledTree;
let work: string;
beforeAll(async () => {
  tree = await makeTree();
  work = await mkdtemp(join(tmpdir(), 'install-vm-'));
});
afterAll(async () => {
  await tree.remove();
  await rm(work, { recursive: true });
});

/** The exitrd as the hook leaves it in /run/initramfs. */
async function installed(hold: 'compressed' | 'unpacked'): Promise<string> {
  const { exitCode, all } = await tree.run('install', '--hold', hold);
  if (exitCode !== 0) throw new Error(all);
  const copy = join(work, hold);
  await cp(join(tree.upper, 'usr/lib/shutdownramfs/image/tree'), copy, {
    recursive: true,
    verbatimSymlinks: true,
  });
  await chmod(join(copy, 'shutdown'), 0o755);
  return copy;
}

async function packed(directory: string): Promise<string> {
  const archive = `${directory}.cpio`;
  await packArchive(directory, archive);
  return archive;
}

test('held compressed, it takes the stack apart and leaves no key', async () => {
  const exitrd = await packed(await installed('compressed'));
  await using run = await runShutdown({ stack: 'A', exitrd });
  expect(run.reason).toBe('guest-shutdown');
  const clean = { state: 'clean', needsRecovery: false, fsck: 0, known: 'intact' };
  expect(run.findings).toContainEqual({ kind: 'ext4', name: 'root', ...clean });
  const { keys } = await run.searchMemory();
  expect(keys).toStrictEqual([]);
});

/** Plays systemd-shutdown on a machine that has no exitrd, from a root that holds nothing. */
const withoutExitrd = `#!/guard/busybox sh
/guard/busybox --install -s /usr/bin 2>/dev/null
hook=/usr/lib/systemd/system-shutdown/shutdownramfs.shutdown
mv /usr/sbin/dmsetup /usr/sbin/dmsetup.away
"$hook" "$@" </dev/null
mv /usr/sbin/dmsetup.away /usr/sbin/dmsetup
"$hook" "$@" </dev/null
sed -n 's,^[^ ]* \\(/oldroot[^ ]*\\) .*,\\1,p' /proc/mounts | sort -r | while read -r target; do
  umount "$target" || umount -l "$target"
done
dmsetup remove --noudevsync vg0-root
# Whoever has it open keeps it from being removed.
exec 9<"/dev/$(cd /sys/block && dirname dm-*/dm/name | sed 's,/dm,,')"
"$hook" "$@" </dev/null
dmsetup table | sed 's/^/<4>table: /' >/dev/kmsg
dmsetup info | sed 's/^/<4>info: /' >/dev/kmsg
poweroff -f
`;

test('without an exitrd, the hook spares what is mounted and wipes what is not', async () => {
  const directory = await installed('unpacked');
  const place = join(directory, 'usr/lib/systemd/system-shutdown');
  await mkdir(place, { recursive: true });
  const hook = 'shutdownramfs.shutdown';
  await copyFile(join(import.meta.dirname, '../../hooks', hook), join(place, hook));
  await writeFile(join(directory, 'systemd-shutdown'), withoutExitrd);
  await writeFile(
    join(directory, 'shutdown'),
    '#!/guard/busybox sh\nexec /systemd-shutdown "$@"\n',
  );
  for (const name of ['shutdown', 'systemd-shutdown']) await chmod(join(directory, name), 0o755);
  await using run = await runShutdown({ stack: 'A', exitrd: await packed(directory) });
  expect(run.log).toMatch(
    /no exitrd will be entered[^]*cannot ask dmsetup for crypt devices: KEYS MAY REMAIN[^]*the key of crypt0 remains: what is mounted or swapped to needs it[^]*wiped the key of crypt0[^]*table: crypt0: 0 \d+ error/,
  );
  const clean = { state: 'clean', needsRecovery: false, fsck: 0, known: 'intact' };
  expect(run.findings).toContainEqual({ kind: 'ext4', name: 'root', ...clean });
  const { keys } = await run.searchMemory();
  expect(keys).toStrictEqual([]);
});
