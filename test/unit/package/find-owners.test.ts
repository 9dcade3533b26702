/** Databases of roots made for the purpose; test/image asks the managers themselves. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { findOwners } from '../../../src/package/find-owners.ts';
import { ForeignRoot } from '../../../src/root/foreign-root.ts';
import { rootTree, type RootTree } from '../../support/root-tree.ts';

const paragraph = (name: string, architecture = 'amd64') =>
  `Package: ${name}\nArchitecture: ${architecture}\nVersion: 1\n\n`;

function debian(lists: Readonly<Record<string, string>>, more: RootTree = {}): RootTree {
  const names = Object.keys(lists).map((name) => name.split(':'));
  const files = Object.entries(lists).map(([name, list]) => [
    `/var/lib/dpkg/info/${name}.list`,
    `/.\n${list}\n`,
  ]);
  const status = names.map(([name = '', architecture]) => paragraph(name, architecture)).join('');
  return { '/var/lib/dpkg/status': status, ...Object.fromEntries(files), ...more };
}

function owners(tree: RootTree, ...paths: string[]): Record<string, string> {
  const found = findOwners(new ForeignRoot(rootTree(tree)), paths).owners;
  return Object.fromEntries(
    [...found].map(([path, { name, architecture }]) => [path, `${name}:${architecture}`]),
  );
}

describe('dpkg', () => {
  test('a file of a merged /usr under its older name', () => {
    const tree = debian({ a: '/lib/x/liba.so', b: '/usr/lib/x/libb.so', c: '/sbin/c' });
    const merged: RootTree = { '/lib': '-> usr/lib', '/sbin': '-> usr/sbin', '/usr/sbin/c': '' };
    const paths = ['/usr/lib/x/liba.so', '/usr/lib/x/libb.so', '/usr/sbin/c', '/usr/lib/x/none'];
    expect(owners({ ...tree, ...merged, '/usr/lib/x/liba.so': '' }, ...paths)).toEqual({
      '/usr/lib/x/liba.so': 'a:amd64',
      '/usr/lib/x/libb.so': 'b:amd64',
      '/usr/sbin/c': 'c:amd64',
    });
  });
  test('not where /lib is a directory of its own', () => {
    const tree = debian({ a: '/lib/liba.so' }, { '/lib/liba.so': '', '/usr/lib/liba.so': '' });
    expect(owners(tree, '/usr/lib/liba.so')).toEqual({});
  });
  test('architectures side by side', () => {
    const tree = debian({ 'a:amd64': '/usr/lib/x86/a.so', 'a:i386': '/usr/lib/i386/a.so' });
    expect(owners(tree, '/usr/lib/x86/a.so', '/usr/lib/i386/a.so')).toEqual({
      '/usr/lib/x86/a.so': 'a:amd64',
      '/usr/lib/i386/a.so': 'a:i386',
    });
  });
  test('a file that was diverted, what diverted it, and what the administrator put there', () => {
    const tree = debian(
      { a: '/bin/tool\n/bin/other', b: '/bin/tool' },
      {
        '/var/lib/dpkg/diversions':
          '/bin/tool\n/bin/tool.distrib\nb\n/bin/other\n/bin/other.real\n:\n',
      },
    );
    const paths = ['/bin/tool', '/bin/tool.distrib', '/bin/other', '/bin/other.real'];
    expect(owners(tree, ...paths)).toEqual({
      '/bin/tool': 'b:amd64',
      '/bin/tool.distrib': 'a:amd64',
      '/bin/other.real': 'a:amd64',
    });
  });
  test('documents too, when they are asked for', () => {
    const tree = debian({ a: '/usr/share/a/a.conf\n/usr/bin/a' });
    expect(owners(tree, '/usr/share/a/a.conf')).toEqual({ '/usr/share/a/a.conf': 'a:amd64' });
  });
  test('a list that is no file is not waited for', () => {
    const tree = debian({ a: '/usr/bin/a' }, { '/var/lib/dpkg/info/b.list': '-> /dev/zero' });
    expect(owners(tree, '/usr/bin/a')).toEqual({ '/usr/bin/a': 'a:amd64' });
  });
  test('a package without a version owns nothing', () => {
    const tree = debian({ a: '/usr/bin/a' }, { '/var/lib/dpkg/status': 'Package: a\n' });
    expect(owners(tree, '/usr/bin/a')).toEqual({});
  });
});

test('apk, by the database of an Alpine', () => {
  const file = join(import.meta.dirname, '../../fixtures/package/alpine-3.14-installed');
  const tree = { '/lib/apk/db/installed': readFileSync(file) };
  const paths = ['/lib/ld-musl-armhf.so.1', '/bin/busybox', '/lib/libz.so.1.2.11', '/lib/none'];
  const { manager, owners } = findOwners(new ForeignRoot(rootTree(tree)), paths);
  expect(manager).toBe('apk');
  expect([...owners.keys()]).toEqual(paths.slice(0, 3));
  expect(owners.get('/lib/ld-musl-armhf.so.1')).toEqual({
    name: 'musl',
    version: '1.2.2-r3',
    architecture: 'armv7',
    maintainer: 'Timo Teräs <timo.teras@iki.fi>',
    homepage: 'https://musl.libc.org/',
    license: 'MIT',
  });
});

test.each([
  ['no database', {}, { manager: undefined }],
  ['an empty one', { '/var/lib/dpkg/status': '' }, { manager: undefined }],
  [
    'one of Berkeley DB',
    { '/var/lib/rpm/Packages': 'x' },
    { manager: 'rpm', unread: 'it is in Berkeley DB, only SQLite is read' },
  ],
  [
    'a damaged one',
    { '/usr/lib/sysimage/rpm/rpmdb.sqlite': 'SQLite format 3\0 and no more' },
    { manager: 'rpm', unread: 'it is damaged' },
  ],
])('%s', (_name, tree, expected) => {
  expect(findOwners(new ForeignRoot(rootTree(tree)), ['/usr/bin/a'])).toEqual({
    ...expected,
    owners: new Map(),
  });
});

test('the empty database of another manager does not count', () => {
  const tree = {
    ...debian({ dpkg: '/usr/bin/dpkg' }),
    '/lib/apk/db/installed': 'P:a\nV:1\nA:x86\nF:usr/bin\nR:a\n\n',
  };
  expect(owners(tree, '/usr/bin/a')).toEqual({ '/usr/bin/a': 'a:x86' });
});
