/** Keys of the kernel's key service, as /proc/keys lists them (proc_keys(5)). Payloads are never in it. */
export interface KernelKey {
  /** Hexadecimal. */
  readonly serial: string;
  readonly userId: number;
  /** Cut by the kernel to nine characters. */
  readonly type: string;
  readonly description: string;
}

/** Types that hold what somebody wants kept secret; `big_key` may be encrypted in a tmpfs. */
const secretTypes = new Set(['user', 'logon', 'big_key', 'encrypted', 'trusted', 'rxrpc', 'ceph']);
/** systemd gives every service one, in the service's own keyring: its id, which is in the journal too. */
const known = new Set(['invocation_id']);

/**
 * Only keys that hold a secret of their own, and hold it still: neither keyrings nor certificates, none that
 * is revoked, expired, dead or has no payload. Lines that make no sense are left out.
 */
export function parseKeys(text: string): readonly KernelKey[] {
  return text.split('\n').flatMap((line) => {
    const fields =
      /^(?<serial>[0-9a-f]+) (?<flags>\S+) +\d+ +(?<timeout>\S+) [0-9a-f]+ +(?<user>\d+) +\S+ (?<type>\S+) +(?<rest>.*)$/.exec(
        line,
      )?.groups;
    if (fields === undefined) return [];
    const { serial = '', flags = '', timeout = '', user = '', type = '', rest = '' } = fields;
    const description = /^(.*): [^:]*$/.exec(rest)?.[1] ?? rest.replace(/:$/, '');
    const isGone = !flags.startsWith('I') || /[RDNi]/.test(flags.slice(1)) || timeout === 'expd';
    if (isGone || !secretTypes.has(type) || known.has(description)) return [];
    return [{ serial, userId: Number(user), type, description }];
  });
}
