import type { ElfObject } from './elf-object.ts';

/** By `e_machine` (elf.h), as uname(2) and qemu-user name them; of 64 bits where there are two. */
const names: Readonly<Record<number, string>> = {
  3: 'i386',
  21: 'ppc64',
  22: 's390x',
  40: 'arm',
  62: 'x86_64',
  183: 'aarch64',
  243: 'riscv64',
  258: 'loongarch64',
};

/** The kind of processor that a program is for: `aarch64`. */
export function machineName({ machine, littleEndian }: ElfObject): string {
  const name = names[machine] ?? `machine ${machine}`;
  return name === 'ppc64' && littleEndian ? 'ppc64le' : name;
}
