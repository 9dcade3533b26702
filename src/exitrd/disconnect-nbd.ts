/**
 * Disconnects a network block device without a tool: by the two requests of nbd-client(8), which the
 * kernel takes however the device was set up (nbd_ioctl() in drivers/block/nbd.c). In a child, since the
 * device may wait for its server.
 */
import { closeSync, openSync } from 'node:fs';
import { reasonOf } from '../failure.ts';
import { control } from '../kernel/system-call.ts';
import { isChildOfExitrd } from './child-of-exitrd.ts';

/** include/uapi/linux/nbd.h: tells the server, then lets go of the socket. */
const requests = { disconnect: 0xab08n, clearSocket: 0xab04n } as const;

export function runDisconnectNbdChild([device = '']: readonly string[]): void {
  try {
    if (!isChildOfExitrd()) throw new Error('refused: this is for the exitrd to start');
    const descriptor = openSync(`/dev/${device}`, 'r');
    // One that the server has left already has nobody to tell.
    control(descriptor, requests.disconnect);
    const refusal = control(descriptor, requests.clearSocket);
    closeSync(descriptor);
    if (refusal !== undefined) throw new Error(refusal);
  } catch (error) {
    process.stderr.write(`disconnect ${device}: ${reasonOf(error)}\n`);
    process.exitCode = 1;
  }
}
