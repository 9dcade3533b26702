/**
 * File systems that encrypt directories by themselves (fscrypt): which key a directory needs, and to have the
 * kernel forget it (Documentation/filesystems/fscrypt.rst). The calls may wait for a disk.
 */
import { closeSync, constants, openSync } from 'node:fs';
import { control } from './system-call.ts';

/** include/uapi/linux/fscrypt.h. */
const requests = {
  getPolicy: 0xc0096616n,
  removeKeyOfAllUsers: 0xc0406619n,
  getKeyStatus: 0xc080661an,
} as const;
const specifierSize = 40;
const keyStatus = { absent: 1, present: 2, incompletelyRemoved: 3 } as const;
const filesBusy = 2;

/** How the kernel finds the key: by 8 bytes (a policy of version 1) or by 16, as hexadecimal. */
export type KeyIdentifier = string;

/** Undefined where the directory is not encrypted, or the file system knows nothing of it. */
export function keyOfDirectory(path: string): KeyIdentifier | undefined {
  const argument = Buffer.alloc(8 + 24);
  argument.writeBigUInt64LE(24n);
  if (controlDirectory(path, requests.getPolicy, argument) !== undefined) return undefined;
  const policy = argument.subarray(8);
  return policy[0] === 2 ? policy.toString('hex', 8, 24) : policy.toString('hex', 4, 12);
}

/** Whether the file system holds the key; false also where it cannot be told. */
export function isKeyHeld(path: string, key: KeyIdentifier): boolean {
  const argument = Buffer.alloc(128);
  specify(argument, key);
  if (controlDirectory(path, requests.getKeyStatus, argument) !== undefined) return false;
  const status = argument.readUInt32LE(64);
  return status === keyStatus.present || status === keyStatus.incompletelyRemoved;
}

/** Undefined when the key is wiped; else why not, `files are open` among it. */
export function removeKey(path: string, key: KeyIdentifier): string | undefined {
  const argument = Buffer.alloc(64);
  specify(argument, key);
  const refusal = controlDirectory(path, requests.removeKeyOfAllUsers, argument);
  if (refusal !== undefined) return refusal;
  return (argument.readUInt32LE(specifierSize) & filesBusy) === 0 ? undefined : 'files are open';
}

function specify(argument: Buffer, key: KeyIdentifier): void {
  const bytes = Buffer.from(key, 'hex');
  argument.writeUInt32LE(bytes.length === 8 ? 1 : 2);
  bytes.copy(argument, 8);
}

function controlDirectory(path: string, request: bigint, argument: Buffer): string | undefined {
  let descriptor: number;
  try {
    descriptor = openSync(path, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? String(error);
  }
  try {
    return control(descriptor, request, argument);
  } finally {
    closeSync(descriptor);
  }
}
