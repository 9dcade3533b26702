/**
 * Keys that outlive the processes they were for: volume keys linked by `link-volume-key=`, cached
 * passphrases, keys of users who logged out (their user keyrings are pinned by the kernel).
 */
import { writeFileSync } from 'node:fs';
import {
  clearKeyringsOfUser,
  clearOwnKeyrings,
  readKeysOfUser,
  revokeKeyOfUser,
} from '../kernel/system-call.ts';
import { parseKeys, type KernelKey } from '../snapshot/parse-keys.ts';
import { readNow } from './read-now.ts';

/** A cleared key's payload is freed by the collector, which works in its own time. */
const collectorMilliseconds = 1_000;
const pollMilliseconds = 50;

/**
 * Clears the keyrings of every user in /proc/key-users. Keys with a secret that are still there, because something
 * else of the kernel's refers to their keyring: an open file, a process that cannot be killed.
 */
export async function clearKeyrings(): Promise<readonly KernelKey[]> {
  try {
    // The collector would keep a cleared key's payload for another five minutes.
    writeFileSync('/proc/sys/kernel/keys/gc_delay', '0\n');
  } catch {
    // A kernel without the setting, or one that may not be changed.
  }
  const users = parseKeyUsers(readNow('/proc/key-users') ?? '');
  clearOwnKeyrings();
  for (const userId of users) clearKeyringsOfUser(userId);
  const deadline = performance.now() + collectorMilliseconds;
  let left = readSecretKeys(users);
  for (const { serial, userId } of left) revokeKeyOfUser(userId, Number.parseInt(serial, 16));
  while (left.length > 0 && performance.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, pollMilliseconds));
    left = readSecretKeys(users);
  }
  return left;
}

function readSecretKeys(users: readonly number[]): readonly KernelKey[] {
  const keys = users.flatMap((userId) => parseKeys(readKeysOfUser(userId)));
  return [...new Map(keys.map((key) => [key.serial, key])).values()];
}

/** The user ids of /proc/key-users (proc_key-users(5)), root always among them. */
export function parseKeyUsers(text: string): readonly number[] {
  const found = text.matchAll(/^\s*(?<id>\d+):/gm).map((match) => Number(match.groups?.['id']));
  return [...new Set([0, ...found])].toSorted((one, other) => one - other);
}
