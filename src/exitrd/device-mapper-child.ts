/** What dmsetup does for a teardown, where dmsetup is missing or does not do it. In a child, since it may wait for a disk. */
import { readFileSync } from 'node:fs';
import { reasonOf } from '../failure.ts';
import { removeMappedDevice, wipeMappedKey } from '../kernel/device-mapper.ts';
import { childWord, exitrdProgram, isChildOfExitrd } from './child-of-exitrd.ts';
import type { Command } from './run-with-deadline.ts';

/** @param device its name in the kernel, such as `dm-0`. */
export function removeByOurselves(device: string): Command {
  return [exitrdProgram, childWord.deviceMapper, 'remove', device];
}

export function wipeKeyByOurselves(device: string): Command {
  return [exitrdProgram, childWord.deviceMapper, 'wipe-key', device];
}

export function runDeviceMapperChild([action = '', device = '']: readonly string[]): void {
  try {
    if (!isChildOfExitrd()) throw new Error('refused: this is for the exitrd to start');
    const read = (name: string) => readFileSync(`/sys/block/${device}/${name}`, 'utf8').trim();
    const refusal =
      action === 'remove'
        ? removeMappedDevice(read('dev'))
        : wipeMappedKey(read('dev'), BigInt(read('size')));
    if (refusal !== undefined) throw new Error(refusal);
  } catch (error) {
    process.stderr.write(`${action} ${device}: ${reasonOf(error)}\n`);
    process.exitCode = 1;
  }
}
