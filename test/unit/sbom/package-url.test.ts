import { expect, test } from 'vitest';
import { genericPackageUrl, npmPackageUrl, packageUrl } from '../../../src/sbom/package-url.ts';

test.each([
  [
    { name: 'libstdc++6', version: '12.2.0-14+deb12u1', architecture: 'amd64' },
    { packageManager: 'dpkg', id: 'debian', versionId: '12' },
    'pkg:deb/debian/libstdc%2B%2B6@12.2.0-14%2Bdeb12u1?arch=amd64&distro=debian-12',
  ],
  [
    { name: 'cryptsetup-bin', version: '2:2.6.1-4~deb12u2', architecture: 'amd64' },
    { packageManager: 'dpkg' },
    'pkg:deb/debian/cryptsetup-bin@2:2.6.1-4~deb12u2?arch=amd64',
  ],
  [
    { name: 'cryptsetup-libs', version: '1:2.7.5-1.fc41', architecture: 'x86_64' },
    { packageManager: 'rpm', id: 'fedora', versionId: '41' },
    'pkg:rpm/fedora/cryptsetup-libs@2.7.5-1.fc41?arch=x86_64&distro=fedora-41&epoch=1',
  ],
  [
    { name: 'device-mapper', version: '2.03.27-1', architecture: 'x86_64' },
    { packageManager: 'pacman', id: 'arch' },
    'pkg:alpm/arch/device-mapper@2.03.27-1?arch=x86_64',
  ],
  [
    { name: 'musl', version: '1.2.2-r3', architecture: '' },
    { packageManager: 'apk', id: 'alpine', versionId: '3.14.0' },
    'pkg:apk/alpine/musl@1.2.2-r3?distro=alpine-3.14.0',
  ],
  [{ name: 'none', version: '1', architecture: 'amd64' }, {}, undefined],
] as const)('$name', (owner, root, expected) => {
  expect(packageUrl(owner, root)).toBe(expected);
});

test('of npm and of nobody', () => {
  expect(npmPackageUrl({ name: '@sec-ant/readable-stream', version: '0.4.1' })).toBe(
    'pkg:npm/%40sec-ant/readable-stream@0.4.1',
  );
  expect(npmPackageUrl({ name: 'execa', version: '10.2.1' })).toBe('pkg:npm/execa@10.2.1');
  expect(genericPackageUrl('node', '26.10.0')).toBe('pkg:generic/node@26.10.0');
});
