/**
 * What must never go into an image: a key that lies in it lies in RAM for as long as the machine is
 * on, where it does not even protect the disk it was made for.
 */
export interface KeyRule {
  readonly about: string;
  readonly pattern: RegExp;
}

/** By name, matched against the path in the image, the path in the root, and links' targets. */
export const keyPathRules: readonly KeyRule[] = [
  { about: 'a LUKS key file', pattern: /\/(?:cryptsetup-keys\.d|cryptroot\/keyfiles)(?:\/|$)/ },
  { about: 'a key file', pattern: /\/etc\/(?:keys|luks|ssl\/private)\/|keyfile|\.keys?$/i },
  { about: 'a key store', pattern: /\.(?:p12|pfx|jks|keytab|kdbx|luks|ppk)$/i },
  { about: 'an SSH host key', pattern: /\/ssh_host_\w+_key$|\/dropbear\/|dropbear_\w+_host_key$/ },
  { about: 'an SSH key', pattern: /\/\.ssh\/|\/id_(?:rsa|dsa|ecdsa|ed25519)(?:_sk)?$/ },
  { about: 'a GnuPG key', pattern: /\/\.gnupg\/|\/private-keys-v1\.d\// },
  { about: 'a TPM blob', pattern: /\.(?:tpm2?|tpm2-blob)$|\/tpm2-[\w-]*\.(?:blob|priv|ctx)$/i },
  { about: 'a systemd credential', pattern: /\/credstore(?:\.encrypted)?(?:\/|$)|\.cred$/ },
  { about: "systemd's credential secret", pattern: /\/credential\.secret$|\/run\/credentials\// },
  { about: 'a random seed', pattern: /\/random-seed$/ },
  { about: 'a password file', pattern: /\/etc\/(?:shadow|gshadow|opasswd)-?$/ },
];

/** By content: `text` is the bytes as latin1, `start` says that they are a file's first. */
export function keyInContent(text: string, start: boolean): string | undefined {
  if (start && /^(?:LUKS|SKUL)\xba\xbe/.test(text)) return 'a LUKS header';
  if (/-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----/.test(text)) return 'a private key';
  if (text.includes('PuTTY-User-Key-File-')) return 'a private key';
  return undefined;
}

/** Bytes of one part that keyInContent must see again with the next one. */
export const longestKeyMark = 128;

/** Key files named in crypttab(5)'s third field. */
export function parseCrypttabKeyFiles(text: string): string[] {
  return text.split('\n').flatMap((line) => {
    const field = line
      .replace(/^\s*#.*/, '')
      .trim()
      .split(/\s+/)[2];
    const path = field?.replace(/:[^:]*$/, '');
    return path?.startsWith('/') === true && !path.startsWith('/dev/') ? [path] : [];
  });
}
