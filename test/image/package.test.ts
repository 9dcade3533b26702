/** Owners of files, by our reading of databases and by the managers that wrote them. */
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import { findOwners } from '../../src/package/find-owners.ts';
import { ForeignRoot } from '../../src/root/foreign-root.ts';
import { dpkgOwners, undiverted } from '../support/dpkg-owners.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

test("dpkg: all programs and libraries of this machine's own, as dpkg-query tells it", async () => {
  const root = new ForeignRoot('/');
  const places = ['/usr/bin', '/usr/sbin', '/usr/lib/x86_64-linux-gnu'];
  const named = places.flatMap((place) => root.list(place).map((name) => `${place}/${name}`));
  const nodes = named.flatMap((path) => root.locate(path) ?? []);
  const files = nodes.filter(({ stats }) => stats.isFile()).map(({ path }) => path);
  const paths = await undiverted('/', [...new Set(files)]);
  const { manager, owners } = findOwners(root, paths);
  expect(manager).toBe('dpkg');
  expect(owners.size).toBeGreaterThan(100);
  const told = [...owners].map(([path, { name, version, architecture }]) => {
    return [path, { name, version, architecture }];
  });
  expect(Object.fromEntries(told)).toEqual(Object.fromEntries(await dpkgOwners('/', paths)));
});

const library = '/usr/lib64/libcryptsetup.so.12.10.0';

test('rpm, also while its log is not yet in the database', async () => {
  const place = temporaryDirectory();
  const root = join(place, 'root');
  const spec = `Name: cryptsetup-libs
Epoch: 1
Version: 2.7.5
Release: 1.fc41
Summary: A test
License: GPL-2.0-or-later
URL: https://gitlab.com/cryptsetup/cryptsetup
%description
%install
mkdir -p %{buildroot}/usr/lib64
echo > %{buildroot}${library}
ln -s libcryptsetup.so.12.10.0 %{buildroot}/usr/lib64/libcryptsetup.so.12
%files
/usr/lib64/*
`;
  await writeFile(join(place, 'package.spec'), spec);
  const topDirectory = ['--define', `_topdir ${place}/top`, '--target', 'x86_64'];
  await execa('rpmbuild', ['-bb', ...topDirectory, join(place, 'package.spec')]);
  const [made = ''] = await readdir(join(place, 'top/RPMS/x86_64'));
  await mkdir(root);
  const database = ['--root', root, '--dbpath', '/usr/lib/sysimage/rpm'];
  const file = join(place, 'top/RPMS/x86_64', made);
  await execa('rpm', [...database, '--install', '--nodeps', '--noscripts', file]);
  const foreign = () => new ForeignRoot(root);
  const sealed = await readdir(join(root, 'usr/lib/sysimage/rpm'));
  const { manager, owners } = findOwners(foreign(), [library, '/usr/lib64/none']);
  expect([manager, ...owners.keys()]).toEqual(['rpm', library]);
  expect(owners.get(library)).toEqual({
    name: 'cryptsetup-libs',
    version: '1:2.7.5-1.fc41',
    architecture: 'x86_64',
    homepage: 'https://gitlab.com/cryptsetup/cryptsetup',
    license: 'GPL-2.0-or-later',
  });
  expect(await readdir(join(root, 'usr/lib/sysimage/rpm'))).toEqual(sealed);

  const { DatabaseSync } = process.getBuiltinModule('node:sqlite');
  const open = new DatabaseSync(join(root, 'usr/lib/sysimage/rpm/rpmdb.sqlite'));
  open.exec("PRAGMA journal_mode = WAL; DELETE FROM 'Basenames'");
  expect(findOwners(foreign(), [library]).owners.size).toBe(0);
  open.close();
});

test('pacman', async () => {
  const place = temporaryDirectory();
  const root = join(place, 'root');
  const database = join(root, 'var/lib/pacman');
  await mkdir(join(place, 'usr/lib'), { recursive: true });
  await mkdir(database, { recursive: true });
  await writeFile(join(place, 'usr/lib/libdevmapper.so.1.02'), '');
  const about = {
    pkgname: 'device-mapper',
    pkgbase: 'lvm2',
    pkgver: '2.03.27-1',
    url: 'https://sourceware.org/lvm2/',
    packager: 'Some Body <body@example.org>',
    arch: 'x86_64',
    license: 'GPL-2.0-only\nlicense = LGPL-2.1-only',
  };
  const lines = Object.entries(about).map(([key, value]) => `${key} = ${value}\n`);
  await writeFile(join(place, '.PKGINFO'), lines.join(''));
  await writeFile(join(place, 'conf'), '[options]\nArchitecture = x86_64\nSigLevel = Never\n');
  const settings = { cwd: place };
  await execa('bsdtar', ['-cf', 'made.pkg.tar', '.PKGINFO', 'usr'], settings);
  const words = ['--config', 'conf', '--root', root, '--dbpath', database, '--noconfirm'];
  await execa('pacman', [...words, '-U', 'made.pkg.tar'], settings);
  const paths = ['/usr/lib/libdevmapper.so.1.02', '/usr/lib/none'];
  const { manager, owners } = findOwners(new ForeignRoot(root), paths);
  expect([manager, ...owners.keys()]).toEqual(['pacman', paths[0]]);
  expect(owners.get(paths[0] ?? '')).toEqual({
    name: 'device-mapper',
    version: '2.03.27-1',
    architecture: 'x86_64',
    source: { name: 'lvm2' },
    maintainer: 'Some Body <body@example.org>',
    homepage: 'https://sourceware.org/lvm2/',
    license: 'GPL-2.0-only AND LGPL-2.1-only',
  });
});
