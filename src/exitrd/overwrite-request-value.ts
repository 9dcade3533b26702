/**
 * What the firmware's request to clear memory is to become. Pure.
 * Source: TCG PC Client Platform Reset Attack Mitigation Specification 1.10.
 */
import type { Settings } from '../settings/settings.ts';

/** Of the variable's one byte. The others say how the firmware finds out by itself, and stay. */
const clearMemory = 0x01;

/** The new byte; the old one when nothing has to be written. */
export function overwriteRequestValue(
  policy: Exclude<Settings['memoryOverwriteRequest'], 'keep'>,
  before: number,
  nothingRemains: boolean,
): number {
  return policy === 'clear-when-clean' && nothingRemains
    ? before & ~clearMemory
    : before | clearMemory;
}
