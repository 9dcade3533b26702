import { expect, test } from 'vitest';
import {
  parseDiversions,
  parseDpkgPackage,
  parseListName,
} from '../../../src/package/parse-dpkg.ts';

/** Of a Debian 12. */
const status = `Package: libc6
Status: install ok installed
Maintainer: GNU Libc Maintainers <debian-glibc@lists.debian.org>
Architecture: amd64
Multi-Arch: same
Source: glibc
Version: 2.36-9+deb12u14
Description: GNU C Library: Shared libraries
 Contains the standard libraries that are used by nearly all programs on
 the system.
Homepage: https://www.gnu.org/software/libc/libc.html

Package: libc6
Status: install ok installed
Maintainer: GNU Libc Maintainers <debian-glibc@lists.debian.org>
Architecture: i386
Multi-Arch: same
Source: glibc
Version: 2.36-9+deb12u14

Package: busybox-static
Status: install ok installed
Architecture: amd64
Source: busybox (1:1.35.0-4+deb12u1)
Version: 1:1.35.0-4+deb12u1+b1

Package: nano
Status: deinstall ok config-files
Architecture: amd64
`;
const paragraphs = status.split(/\n\n+/);

test.each([
  ['mount.list', { name: 'mount', architecture: undefined }],
  ['libc6:amd64.list', { name: 'libc6', architecture: 'amd64' }],
  ['libc6:amd64.md5sums', undefined],
  ['format', undefined],
])('%s', (file, expected) => {
  expect(parseListName(file)).toEqual(expected);
});

test('one of two architectures', () => {
  expect(parseDpkgPackage(paragraphs, { name: 'libc6', architecture: 'i386' })).toEqual({
    name: 'libc6',
    version: '2.36-9+deb12u14',
    architecture: 'i386',
    source: { name: 'glibc' },
    maintainer: 'GNU Libc Maintainers <debian-glibc@lists.debian.org>',
  });
});

test('built again from the same source', () => {
  expect(
    parseDpkgPackage(paragraphs, { name: 'busybox-static', architecture: undefined }),
  ).toMatchObject({
    version: '1:1.35.0-4+deb12u1+b1',
    source: { name: 'busybox', version: '1:1.35.0-4+deb12u1' },
  });
});

test.each(['nano', 'libc', 'libc6-dev'])('%s is not there', (name) => {
  expect(parseDpkgPackage(paragraphs, { name, architecture: undefined })).toBeUndefined();
});

test('diversions', () => {
  expect(parseDiversions('/bin/a\n/bin/a.distrib\ndash\n/b\n/b.local\n:\ncut\n')).toEqual([
    { from: '/bin/a', to: '/bin/a.distrib', by: 'dash' },
    { from: '/b', to: '/b.local', by: ':' },
  ]);
});
