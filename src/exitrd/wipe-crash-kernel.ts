/**
 * What the kernel keeps for the kernel to be started at a panic: its image and initramfs in reserved memory, and
 * copies of volume keys (CONFIG_CRASH_DM_CRYPT). A kernel started by kexec finds that memory as it was, so it is
 * wiped for every verb. In a child, since it is much to zero.
 */
import { existsSync } from 'node:fs';
import { childWord, exitrdProgram } from './child-of-exitrd.ts';
import type { Budget } from './budget.ts';
import type { Run } from './execute-plan.ts';
import { readNow } from './read-now.ts';

export const crashKeys = '/sys/kernel/config/crash_dm_crypt_keys';
export const crashSize = '/sys/kernel/kexec_crash_size';
const crashLoaded = '/sys/kernel/kexec_crash_loaded';
const configuration = '/sys/kernel/config';
const deadline = 15_000;

/** Why a part of it failed; a part that is not there was done, or there was nothing to do. */
export interface CrashKernelWipe {
  /** The kernel copies volume keys for it; without, only its initramfs may hold any. */
  readonly keepsKeys: boolean;
  readonly unload?: string;
  /** The kernel's own list of volume keys. */
  readonly list?: string;
  readonly zero?: string;
  readonly giveBack?: string;
}

/** Undefined where nothing was reserved for a crash kernel. The keyrings must have been cleared before. */
export async function wipeCrashKernel(
  budget: Budget,
  run: Run,
): Promise<CrashKernelWipe | undefined> {
  const reserved = Number(readNow(crashSize) ?? 0) > 0;
  if (!reserved && readNow(crashLoaded)?.trim() !== '1') return undefined;
  if (existsSync(configuration) && !existsSync(crashKeys)) {
    // The old root's mount of it is gone with the root.
    const mount = ['/usr/bin/mount', '-n', '-t', 'configfs', 'configfs', configuration] as const;
    await run(mount, budget.reserved(2_000));
  }
  const child = [exitrdProgram, childWord.wipeCrashKernel] as const;
  const { ok, reason, stdout } = await run(child, budget.reserved(deadline));
  const keepsKeys = existsSync(crashKeys);
  if (!ok) return { keepsKeys, unload: reason, zero: reason, giveBack: reason };
  return JSON.parse(stdout) as CrashKernelWipe;
}

/** Why something of it may remain, in one line; undefined where all of it is wiped. */
export function crashKernelRemains(
  wipe: CrashKernelWipe,
  isFreedErased: boolean,
): string | undefined {
  const { unload, list, zero, giveBack } = wipe;
  if (list !== undefined) return `overwrite its list of keys: ${list}`;
  if (zero === undefined || (giveBack === undefined && isFreedErased)) return undefined;
  return unload === undefined ? `zero its memory: ${zero}` : `unload it: ${unload}`;
}
