/** QEMU's EFI firmware (OVMF), and what is in the flash memory of its variables. */
import { copyFile, readFile } from 'node:fs/promises';

const directory = '/usr/share/OVMF';

/** The firmware's code is read-only; the variables are a file of the machine's own. */
export function firmwareArguments(variables: string): string[] {
  return [
    ['-drive', `if=pflash,format=raw,unit=0,readonly=on,file=${directory}/OVMF_CODE_4M.fd`],
    ['-drive', `if=pflash,format=raw,unit=1,file=${variables}`],
  ].flat();
}

export async function makeVariables(path: string): Promise<void> {
  await copyFile(`${directory}/OVMF_VARS_4M.fd`, path);
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
