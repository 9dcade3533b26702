/** What dmsetup does for a teardown, where dmsetup is missing or does not do it. In a child, since it may wait for a disk. */
import { readFileSync, writeSync } from 'node:fs';
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

/** Prints each of the devices with which it is done, for the guard. */
export function runDeviceMapperChild([action = '', ...devices]: readonly string[]): void {
  for (const device of devices) perform(action, device);
}

function perform(action: string, device: string): void {
  try {
    if (!isChildOfExitrd()) throw new Error('refused: this is for the exitrd to start');
    const read = (name: string) => readFileSync(`/sys/block/${device}/${name}`, 'utf8').trim();
    const refusal =
      action === 'remove'
        ? removeMappedDevice(read('dev'))
        : wipeMappedKey(read('dev'), BigInt(read('size')));
    if (refusal !== undefined) throw new Error(refusal);
    writeSync(1, `${device}\n`);
  } catch (error) {
    process.stderr.write(`${action} ${device}: ${reasonOf(error)}\n`);
    process.exitCode = 1;
  }
}
