/**
 * Keys that outlive the processes they were for: volume keys linked by `link-volume-key=`, cached
 * passphrases, keys of users who logged out (their user keyrings are pinned by the kernel).
 */
import { readFile, writeFile } from 'node:fs/promises';
import { clearKeyringsOfUser, clearOwnKeyrings } from '../kernel/system-call.ts';
import { within } from './run-with-deadline.ts';

const readDeadline = 500;

/** Clears the keyrings of every user in /proc/key-users; the number of users. */
export async function clearKeyrings(): Promise<number> {
  // The collector would keep a cleared key's payload for another five minutes.
  await within(writeFile('/proc/sys/kernel/keys/gc_delay', '0\n'), readDeadline, undefined);
  const users = parseKeyUsers(await within(readFile('/proc/key-users', 'utf8'), readDeadline, ''));
  clearOwnKeyrings();
  for (const userId of users) clearKeyringsOfUser(userId);
  return users.length;
}

/** The user ids of /proc/key-users (proc_key-users(5)), root always among them. */
export function parseKeyUsers(text: string): readonly number[] {
  const found = text.matchAll(/^\s*(?<id>\d+):/gm).map((match) => Number(match.groups?.['id']));
  return [...new Set([0, ...found])].toSorted((one, other) => one - other);
}
