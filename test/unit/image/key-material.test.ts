import { expect, test } from 'vitest';
import {
  keyInContent,
  keyPathRules,
  parseCrypttabKeyFiles,
} from '../../../src/image/key-material.ts';

const about = (path: string) => keyPathRules.find(({ pattern }) => pattern.test(path))?.about;

test.each([
  ['/etc/cryptsetup-keys.d/root.key', 'a LUKS key file'],
  ['/run/cryptsetup-keys.d', 'a LUKS key file'],
  ['/cryptroot/keyfiles/root', 'a LUKS key file'],
  ['/boot/my-keyfile', 'a key file'],
  ['/etc/wireguard/wg0.key', 'a key file'],
  ['/etc/ssl/private/x', 'a key file'],
  ['/srv/x.p12', 'a key store'],
  ['/etc/ssh/ssh_host_ed25519_key', 'an SSH host key'],
  ['/etc/dropbear/initramfs/x', 'an SSH host key'],
  ['/root/.ssh/config', 'an SSH key'],
  ['/home/u/id_ed25519', 'an SSH key'],
  ['/root/.gnupg/x', 'a GnuPG key'],
  ['/etc/x.tpm2', 'a TPM blob'],
  ['/etc/credstore.encrypted/x', 'a systemd credential'],
  ['/var/lib/systemd/credential.secret', "systemd's credential secret"],
  ['/var/lib/systemd/random-seed', 'a random seed'],
  ['/etc/shadow-', 'a password file'],
])('%s is %s', (path, expected) => {
  expect(about(path)).toBe(expected);
});

test.each([
  '/usr/lib/x86_64-linux-gnu/libkeyutils.so.1.10',
  '/usr/bin/busybox',
  '/etc/ssh/ssh_host_ed25519_key.pub',
  '/etc/lvm/lvm.conf',
  '/usr/lib/x86_64-linux-gnu/libssl.so.3',
])('%s is none', (path) => {
  expect(about(path)).toBeUndefined();
});

test.each([
  ['LUKS\xba\xbe\0\x02', true, 'a LUKS header'],
  ['LUKS\xba\xbe\0\x02', false, undefined],
  ['SKUL\xba\xbe\0\x02', true, 'a LUKS header'],
  ['x\n-----BEGIN PRIVATE KEY-----\n', false, 'a private key'],
  ['-----BEGIN OPENSSH PRIVATE KEY-----\n', true, 'a private key'],
  ['-----BEGIN PGP PRIVATE KEY BLOCK-----\n', true, 'a private key'],
  ['PuTTY-User-Key-File-3: x', true, 'a private key'],
  ['-----BEGIN CERTIFICATE-----\n', true, undefined],
  ['-----BEGIN PUBLIC KEY-----\n', true, undefined],
])('%j at the start: %s', (text, start, expected) => {
  expect(keyInContent(text, start)).toBe(expected);
});

test('key files of crypttab', () => {
  const text = `# <name> <device> <key> <options>
a UUID=1 none luks
b /dev/b /etc/b-secret luks
c /dev/c /on/other:LABEL=usb luks

d /dev/d /dev/urandom swap
e /dev/e - tpm2-device=auto
f /dev/f
`;
  expect(parseCrypttabKeyFiles(text)).toEqual(['/etc/b-secret', '/on/other']);
});
