/**
 * EFI firmware for QEMU: OVMF of the guests' release, whose copy of Debian 12 knows no request to clear
 * memory. It offers that request on a machine with a TPM only.
 */
import { copyFile, mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { unpackedPackages } from './debian-archive.ts';

export interface Firmware extends AsyncDisposable {
  /** The file with the flash memory of its variables, which the machine writes to. */
  readonly variables: string;
  /** The words for QEMU, its machine type among them. */
  readonly arguments: readonly string[];
}

export async function makeFirmware(directory: string, withTpm: boolean): Promise<Firmware> {
  const packages = await unpackedPackages('firmware', [/^ovmf$/]);
  const ovmf = join(packages, 'usr/share/OVMF');
  const variables = join(directory, 'variables');
  await copyFile(join(ovmf, 'OVMF_VARS_4M.fd'), variables);
  const code = join(ovmf, 'OVMF_CODE_4M.secboot.fd');
  const machine = [
    ['-machine', 'q35,smm=on', '-global', 'driver=cfi.pflash01,property=secure,value=on'],
    ['-drive', `if=pflash,format=raw,unit=0,readonly=on,file=${code}`],
    ['-drive', `if=pflash,format=raw,unit=1,file=${variables}`],
  ].flat();
  if (!withTpm) return { variables, arguments: machine, [Symbol.asyncDispose]: async () => {} };
  const state = join(directory, 'tpm');
  const socket = join(directory, 'tpm.socket');
  await mkdir(state);
  const words = ['socket', '--tpm2', '--tpmstate', `dir=${state}`];
  const tpm = execa('swtpm', [...words, '--ctrl', `type=unixio,path=${socket}`, '--terminate'], {
    reject: false,
  });
  return {
    variables,
    arguments: [
      machine,
      ['-chardev', `socket,id=tpm,path=${socket}`],
      ['-tpmdev', 'emulator,id=tpm0,chardev=tpm', '-device', 'tpm-crb,tpmdev=tpm0'],
    ].flat(),
    [Symbol.asyncDispose]: async () => {
      tpm.kill();
      await tpm;
    },
  };
}

/**
 * The data of a variable as it is now, undefined where there is none. A record is a header of 60
 * bytes, the name in UTF-16, the data (AUTHENTICATED_VARIABLE_HEADER of edk2's
 * MdeModulePkg/Include/Guid/VariableFormat.h).
 */
export async function readVariable(path: string, name: string): Promise<Buffer | undefined> {
  const flash = await readFile(path);
  const wanted = Buffer.from(`${name}\0`, 'utf16le');
  let found: Buffer | undefined;
  for (let at = flash.indexOf(wanted); at >= 0; at = flash.indexOf(wanted, at + 1)) {
    const header = flash.subarray(at - 60, at);
    const added = header.readUInt16LE(0) === 0x55aa && header[2] === 0x3f;
    const data = at + wanted.length;
    if (added) found = flash.subarray(data, data + header.readUInt32LE(40));
  }
  return found;
}
