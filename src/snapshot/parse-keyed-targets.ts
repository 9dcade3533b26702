/**
 * What `dmsetup table` tells of targets that hold a key. Asked without `--showkeys`, it shows zeros in
 * the place of a key that is in the table, and the name of one that was taken from a keyring.
 */
import { plainName } from './parse-device-mapper-table.ts';

export interface KeyedTarget {
  /** The device-mapper name, without mangling. */
  readonly device: string;
  readonly target: 'crypt' | 'integrity';
  /** `aes-xts-plain64`, `hmac(sha256)`. */
  readonly cipher: string;
  /** What the key was taken from (`logon:cryptsetup:UUID-d0`); undefined where it is in the table. */
  readonly keyring: string | undefined;
}

export function parseKeyedTargets(table: string): readonly KeyedTarget[] {
  return table.split('\n').flatMap((line): readonly KeyedTarget[] => {
    const fields = /^(?<name>.+?): \d+ \d+ (?<target>\S+) (?<words>.*)$/.exec(line)?.groups;
    if (fields === undefined) return [];
    const device = plainName(fields['name'] ?? '');
    const words = (fields['words'] ?? '').split(' ');
    if (fields['target'] === 'crypt') {
      const [cipher = '', key = ''] = words;
      // `:SIZE:TYPE:DESCRIPTION` (Documentation/admin-guide/device-mapper/dm-crypt.rst).
      const keyring = /^:\d+:(?<key>.+)$/.exec(key)?.groups?.['key'];
      return [{ device, target: 'crypt', cipher, keyring }];
    }
    if (fields['target'] !== 'integrity') return [];
    return keyedAlgorithms(words).map((cipher) => ({
      device,
      target: 'integrity',
      cipher,
      keyring: undefined,
    }));
  });
}

/** `internal_hash:hmac(sha256):KEY` and its like; a checksum without a key is no secret. */
function keyedAlgorithms(words: readonly string[]): readonly string[] {
  return words.flatMap((word) => {
    const algorithm = /^(?:internal_hash|journal_crypt|journal_mac):(?<name>[^:]+)/.exec(word);
    const name = algorithm?.groups?.['name'];
    const isKeyed = /^[^:]+:[^:]+:./.test(word) || /^(?:hmac|cmac|xcbc)\(/.test(name ?? '');
    return name !== undefined && isKeyed ? [name] : [];
  });
}
