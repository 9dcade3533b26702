/** What `auto` reads of a root that is not the running one. */
import { expect, test } from 'vitest';
import { featuresForRoot } from '../../../src/feature/features-for-root.ts';
import { rootTree, type RootTree } from '../../support/root-tree.ts';

async function reasonsIn(tree: RootTree): Promise<Record<string, string>> {
  const { selected } = await featuresForRoot(rootTree({ 'usr/': '', ...tree }), ['auto']);
  return Object.fromEntries(selected.map(({ feature, reason }) => [feature.name, reason]));
}

test('files, files in directories, and names of files', async () => {
  const reasons = await reasonsIn({
    'etc/fstab': '/dev/md0 / ext4',
    'boot/loader/entries/a.conf': 'options rd.luks.uuid=1',
    'etc/lvm/backup/vg0': '# binary or not',
    'etc/iscsi/nodes/iqn.a/b/default': '',
  });
  expect(reasons).toMatchObject({
    md: '/etc/fstab names /dev/md0',
    crypt: '/boot/loader/entries/a.conf has rd.luks.uuid=1',
    lvm: '/etc/lvm/backup has vg0',
    iscsi: '/etc/iscsi/nodes has iqn.a',
  });
});

test('a symlink stays in the root', async () => {
  const tree = { 'etc/fstab': '-> /opt/fstab', 'opt/fstab': '/dev/vg0/a / ext4' };
  expect((await reasonsIn(tree))['lvm']).toBe('/etc/fstab names /dev/vg0/a');
});

test('programs that are there, wherever a root keeps them', async () => {
  const reasons = await reasonsIn({
    'usr/bin/mdadm': '',
    'usr/bin/mdmon': '',
    'usr/sbin/lvm': '',
    'sbin/dmsetup': '-> ../usr/sbin/lvm',
    'usr/sbin/cryptsetup/': '',
  });
  expect(reasons['md']).toBe('nothing speaks against it, and its programs are there');
  expect(reasons['lvm']).toBe('nothing speaks against it, and its programs are there');
  expect(reasons['crypt']).toBeUndefined();
});

test('the kernel that runs the build says nothing', async () => {
  const reasons = await reasonsIn({ 'proc/cmdline': 'rd.luks.uuid=1' });
  expect(reasons['crypt']).toBeUndefined();
});

test('a root must be there', async () => {
  await expect(featuresForRoot('/none/root', ['auto'])).rejects.toThrow('read root /none/root');
});
