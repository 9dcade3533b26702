/**
 * The index by which an exception's handlers are found quickly. It can be made from what it points
 * to, and without it the C++ runtime reads that from its beginning: slower for each exception that
 * is thrown in C++, of which there is none in a normal run.
 *
 * Source: Linux Standard Base, Core, "Exception Frames" (.eh_frame_hdr); GCC's
 * libgcc/unwind-dw2-fde-dip.c, which reads on without it.
 */
import { Failure } from '../../src/failure.ts';
import { readSections } from './elf-file.ts';

/** DW_EH_PE_omit. */
const omitted = 0xff;
/** DW_EH_PE_pcrel | sdata4, udata4, DW_EH_PE_datarel | sdata4. */
const usual = Buffer.from([1, 0x1b, 0x03, 0x3b]);
const pointerEnd = 8;

/** In place: the pointer to .eh_frame stays, the table becomes zeros and is said to be absent. */
export function omitUnwindIndex(elf: Buffer): void {
  const section = readSections(elf).find(({ name }) => name === '.eh_frame_hdr');
  const bytes = elf.subarray(section?.offset ?? 0, (section?.offset ?? 0) + (section?.size ?? 0));
  if (!bytes.subarray(0, usual.length).equals(usual)) {
    throw new Failure('omit index of .eh_frame: it is not as linkers write it');
  }
  bytes.fill(0, pointerEnd);
  bytes[2] = omitted;
  bytes[3] = omitted;
}
