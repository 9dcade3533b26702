/**
 * Keys that outlive the processes they were for: volume keys linked by `link-volume-key=`, cached
 * passphrases, keys of users who logged out (their user keyrings are pinned by the kernel).
 */
import { writeFileSync } from 'node:fs';
import { clearKeyringsOfUser, clearOwnKeyrings } from '../kernel/system-call.ts';
import { readNow } from './read-now.ts';

/** Clears the keyrings of every user in /proc/key-users; the number of users. */
export function clearKeyrings(): number {
  try {
    // The collector would keep a cleared key's payload for another five minutes.
    writeFileSync('/proc/sys/kernel/keys/gc_delay', '0\n');
  } catch {
    // A kernel without the setting, or one that may not be changed.
  }
  const users = parseKeyUsers(readNow('/proc/key-users') ?? '');
  clearOwnKeyrings();
  for (const userId of users) clearKeyringsOfUser(userId);
  return users.length;
}

/** The user ids of /proc/key-users (proc_key-users(5)), root always among them. */
export function parseKeyUsers(text: string): readonly number[] {
  const found = text.matchAll(/^\s*(?<id>\d+):/gm).map((match) => Number(match.groups?.['id']));
  return [...new Set([0, ...found])].toSorted((one, other) => one - other);
}
