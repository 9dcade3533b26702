/**
 * Keys of directories that a file system encrypts by itself (fscrypt). Unmounting wipes them; where that fails,
 * the file system is told to forget each. In a child, since it writes what is dirty and may wait for the disk.
 */
import {
  encryptingFileSystems,
  findEncryptedDirectories,
} from '../kernel/encrypted-directories.ts';
import { removeKey } from '../kernel/encryption-policy.ts';
import type { TeardownPlan } from '../plan/plan.ts';
import type { Snapshot } from '../snapshot/snapshot.ts';
import type { Budget } from './budget.ts';
import { childWord, exitrdProgram, isChildOfExitrd } from './child-of-exitrd.ts';
import { isCutOff } from './cut-off.ts';
import type { Run } from './execute-plan.ts';

const deadline = 4_000;

/** A key that was found, and what became of it. */
export interface ForgottenKey {
  readonly path: string;
  readonly key: string;
  /** Why it is not wiped. With `files are open` the key is, but not what was derived from it for those files. */
  readonly refusal?: string;
}

/** Before the devices below are suspended: then nothing could be read any more. */
export async function forgetDirectoryKeys(
  snapshot: Snapshot,
  left: TeardownPlan,
  budget: Budget,
  run: Run,
): Promise<readonly ForgottenKey[]> {
  const names = new Map(snapshot.devices.map(({ devnum, name }) => [devnum, name]));
  const targets = left.waves.flat().flatMap((step) => {
    if (step.kind !== 'unmount' || step.lazy || !encryptingFileSystems.has(step.fstype)) return [];
    const device = names.get(step.devnum);
    return device === undefined || isCutOff(device) ? [] : [step.target];
  });
  if (targets.length === 0) return [];
  const { ok, reason, stdout } = await run(
    [exitrdProgram, childWord.forgetDirectoryKeys, ...targets],
    budget.reserved(deadline),
  );
  const found = stdout
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as ForgottenKey);
  // What was found and not dealt with in time has only its first line.
  const last = new Map(found.map((key) => [`${key.key} ${key.path}`, key]));
  return [...last.values()].map((key) =>
    !ok && key.refusal === unfinished ? { ...key, refusal: reason } : key,
  );
}

const unfinished = 'not done';

export function runForgetDirectoryKeysChild(targets: readonly string[]): void {
  if (!isChildOfExitrd()) {
    process.stderr.write('forget directory keys: refused: this is for the exitrd to start\n');
    process.exitCode = 1;
    return;
  }
  for (const { path, key } of targets.flatMap((target) => findEncryptedDirectories(target))) {
    write({ path, key, refusal: unfinished });
    const refusal = removeKey(path, key);
    write({ path, key, ...(refusal === undefined ? {} : { refusal }) });
  }
}

function write(key: ForgottenKey): void {
  process.stdout.write(`${JSON.stringify(key)}\n`);
}
