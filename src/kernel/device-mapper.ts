/**
 * device-mapper by its own requests, for when dmsetup(8) is missing or does nothing. A device is called by its
 * number, so that no name can be misread. Source: include/uapi/linux/dm-ioctl.h. Each call may wait for a disk.
 */
import { closeSync, openSync } from 'node:fs';
import { control } from './system-call.ts';

const controlFile = '/dev/mapper/control';
/** Size of struct dm_ioctl, which is part of each request's number. */
const headSize = 312;
const specificationSize = 40;
const commands = { remove: 4, suspend: 6, loadTable: 9, message: 14 } as const;
const flags = { suspend: 1 << 1, skipLockFs: 1 << 10, noFlush: 1 << 11 } as const;
/** Without freezing the file system, and without what multipath and thin pools have put aside. */
const atOnce = flags.skipLockFs | flags.noFlush;

type DeviceMapperCommand = keyof typeof commands;

/** Fails with EBUSY while the device is in use. @returns the errno's name when the kernel refused. */
export function removeMappedDevice(devnum: string): string | undefined {
  return request('remove', devnum, 0);
}

/**
 * Suspends a crypt device, has its key wiped and gives it a table that answers everything by an error. Either of the
 * last two is enough for the key. @param sectors its size, of 512 bytes. @returns the errno's name when both were refused.
 */
export function wipeMappedKey(devnum: string, sectors: bigint): string | undefined {
  request('suspend', devnum, flags.suspend | atOnce);
  const wiped = request('message', devnum, 0, messageOf('key wipe'));
  const loaded = request('loadTable', devnum, 0, errorTable(sectors));
  // To resume is to suspend without the flag.
  const replaced = loaded ?? request('suspend', devnum, atOnce);
  return wiped === undefined ? undefined : replaced;
}

function request(
  command: DeviceMapperCommand,
  devnum: string,
  flags: number,
  data?: Buffer,
): string | undefined {
  let descriptor: number;
  try {
    descriptor = openSync(controlFile, 'r+');
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? String(error);
  }
  try {
    const number = 0xc0000000n | (BigInt(headSize) << 16n) | 0xfd00n | BigInt(commands[command]);
    return control(descriptor, number, encodeRequest(devnum, flags, data));
  } finally {
    closeSync(descriptor);
  }
}

/** struct dm_ioctl with what follows it; `data` has one target when it is a table. */
export function encodeRequest(
  devnum: string,
  flags: number,
  data: Buffer = Buffer.alloc(0),
): Buffer {
  const buffer = Buffer.alloc(headSize + data.length);
  buffer.writeUInt32LE(4, 0);
  buffer.writeUInt32LE(buffer.length, 12);
  buffer.writeUInt32LE(headSize, 16);
  buffer.writeUInt32LE(1, 20);
  buffer.writeUInt32LE(flags, 28);
  buffer.writeBigUInt64LE(encodeDevice(devnum), 40);
  data.copy(buffer, headSize);
  return buffer;
}

/** As huge_encode_dev() in include/linux/kdev_t.h. */
function encodeDevice(devnum: string): bigint {
  const [major = 0, minor = 0] = devnum.split(':').map(Number);
  return BigInt(minor % 256) | (BigInt(major) << 8n) | (BigInt(minor - (minor % 256)) << 12n);
}

/** struct dm_target_msg, for the target at the first sector. */
function messageOf(text: string): Buffer {
  return Buffer.concat([Buffer.alloc(8), Buffer.from(`${text}\0`)]);
}

/** struct dm_target_spec, and no parameters. */
function errorTable(sectors: bigint): Buffer {
  const table = Buffer.alloc(specificationSize + 8);
  table.writeBigUInt64LE(sectors, 8);
  table.writeUInt32LE(table.length, 20);
  table.write('error', 24);
  return table;
}
